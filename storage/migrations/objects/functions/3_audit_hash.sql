CREATE FUNCTION audit_hash(
    organisation uuid, seq bigint, prev text, at text, actor text, database_user text, origin text,
    request text, action text, object text, version bigint, reason text, body text
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    encode(sha256('\x01'::bytea || convert_to(
        audit_frame(organisation::text) || audit_frame(seq::text) || audit_frame(prev)
        || audit_frame(at) || audit_frame(actor) || audit_frame(database_user)
        || audit_frame(origin) || audit_frame(request) || audit_frame(action)
        || audit_frame(object) || audit_frame(version::text) || audit_frame(reason)
        || audit_frame(body), 'UTF8')), 'hex')
