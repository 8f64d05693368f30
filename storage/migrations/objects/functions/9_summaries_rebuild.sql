-- Writes the summaries anew from the postings; whoever posts meanwhile waits for it.
CREATE FUNCTION summaries_rebuild(o uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM app_user u WHERE u.organisation = o
        AND u.login = session_user::text AND u.disabled_at IS NULL
    ) THEN
        RAISE EXCEPTION 'summaries_rebuild: not an active user of this organisation'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOCK TABLE summary_open, summary_moved IN EXCLUSIVE MODE;
    DELETE FROM summary_open s WHERE s.organisation = o;
    DELETE FROM summary_moved s WHERE s.organisation = o;
    INSERT INTO summary_open (organisation, entity, currency, due_on, amount)
    SELECT o, e.entity, p.currency, p.due_on, sum(p.amount)
    FROM posting p JOIN ledger_entry e ON e.organisation = p.organisation AND e.seq = p.entry
    WHERE p.organisation = o AND p.due_on IS NOT NULL GROUP BY 2, 3, 4;
    INSERT INTO summary_moved (organisation, entity, currency, booked_on, kind, amount, entries)
    SELECT o, e.entity, e.currency, e.booked_on, e.kind, sum(m.amount), count(*)
    FROM ledger_entry e JOIN (
        SELECT p.entry, sum(p.amount) AS amount FROM posting p
        WHERE p.organisation = o AND p.amount > 0 GROUP BY p.entry
    ) m ON m.entry = e.seq
    WHERE e.organisation = o GROUP BY 2, 3, 4, 5;
END $$
