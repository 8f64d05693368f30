-- The only way into the chain: locks the head last, then chains all rows with local state.
CREATE FUNCTION audit_append(
    o uuid, who text, source text, asked text,
    actions text[], objects text[], versions bigint[], reasons text[], bodies text[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stamp text := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    n bigint;
    before text;
    hashes text[] := '{}';
    befores text[] := '{}';
    first bigint;
    line record;
BEGIN
    IF NOT EXISTS (
        SELECT FROM app_user u WHERE u.organisation = o AND u.id::text = who
        AND u.login = session_user::text AND u.disabled_at IS NULL
    ) THEN
        RAISE EXCEPTION 'audit_append: not an active user of this organisation'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT h.seq, h.hash INTO STRICT n, before FROM audit_head h WHERE h.organisation = o FOR UPDATE;
    first := n + 1;
    -- Hashed from the same unnest that is stored: subscripts would follow an array's own bounds.
    FOR line IN
        SELECT * FROM unnest(actions, objects, versions, reasons, bodies)
            AS r (action, object, version, reason, body)
    LOOP
        n := n + 1;
        befores := befores || before;
        before := audit_hash(o, n, before, stamp, who, session_user::text, source, asked,
            line.action, line.object, line.version, line.reason, line.body);
        hashes := hashes || before;
    END LOOP;
    INSERT INTO audit_log
    SELECT o, first + r.i - 1, r.prev, stamp, who, session_user::text, source, asked,
        r.action, r.object, r.version, r.reason, r.body, r.hash, '', ''
    FROM unnest(befores, actions, objects, versions, reasons, bodies, hashes) WITH ORDINALITY
        AS r (prev, action, object, version, reason, body, hash, i);
    UPDATE audit_head h SET seq = n, hash = before WHERE h.organisation = o;
    RETURN n;
END $$
