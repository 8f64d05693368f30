-- A person's own public key, once: replacing it would let checkpoints of old be disowned.
CREATE FUNCTION remember_public_key(o uuid, key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE app_user u SET public_key = key
    WHERE u.organisation = o AND u.login = session_user::text AND u.public_key = '';
    RETURN FOUND;
END $$
