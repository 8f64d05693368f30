CREATE FUNCTION audit_frame(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN value IS NULL THEN '-,' ELSE octet_length(value) || ':' || value || ',' END
