-- Auditors write nothing but this: that they came and went, and changed their own password.
CREATE FUNCTION audit_sign_in(o uuid, source text, act text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who text;
BEGIN
    IF act NOT IN ('signed_in', 'signed_out', 'locked', 'unlocked', 'password_changed') THEN
        RAISE EXCEPTION 'audit_sign_in: not a sign-in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT u.id::text INTO who FROM app_user u
    WHERE u.organisation = o AND u.login = session_user::text;
    RETURN audit_append(o, who, source, NULL, ARRAY[act], ARRAY['app_user:' || who],
        ARRAY[NULL]::bigint[], ARRAY[''], ARRAY['{}']);
END $$
