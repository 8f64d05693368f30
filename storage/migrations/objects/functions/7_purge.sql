-- Expired technical rows go through here alone, and never before their least age.
CREATE FUNCTION purge(o uuid, what text, older_than timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    least interval := CASE what
        WHEN 'request' THEN interval '90 days' WHEN 'job_run' THEN interval '30 days'
        WHEN 'import_unit' THEN interval '7 days' WHEN 'customer_key' THEN interval '1 day'
        WHEN 'form_draft' THEN interval '7 days' END;
    gone bigint;
BEGIN
    IF least IS NULL OR older_than > clock_timestamp() - least THEN
        RAISE EXCEPTION 'purge: % may not be cleaned that early', what
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    CASE what
    WHEN 'request' THEN DELETE FROM request t WHERE t.ctid IN (SELECT ctid FROM request r
        WHERE r.organisation = o AND r.at < older_than LIMIT 5000);
    WHEN 'job_run' THEN DELETE FROM job_run t WHERE t.ctid IN (SELECT ctid FROM job_run r
        WHERE r.organisation = o AND r.finished_at < older_than LIMIT 5000);
    WHEN 'import_unit' THEN DELETE FROM import_unit t WHERE t.ctid IN (SELECT ctid FROM import_unit r
        WHERE r.organisation = o AND r.done_at < older_than LIMIT 200);
    WHEN 'customer_key' THEN DELETE FROM customer_key t WHERE t.ctid IN (SELECT ctid
        FROM customer_key r WHERE r.organisation = o AND r.gone_at < older_than LIMIT 5000);
    WHEN 'form_draft' THEN DELETE FROM form_draft t WHERE t.ctid IN (SELECT ctid FROM form_draft r
        WHERE r.organisation = o AND r.saved_at < older_than LIMIT 5000);
    END CASE;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
