-- The only way into the books. Entries balance, name open days, and move the summaries along.
-- Gives the number of the first entry and the moment they all bear, for the audit chain.
CREATE FUNCTION ledger_append(
    o uuid, asked uuid,
    entities uuid[], booked date[], kinds text[], currencies text[],
    documents uuid[], reversed bigint[],
    p_entry int[], p_line bigint[], p_account text[], p_customer uuid[], p_amount bigint[],
    p_due date[],
    OUT first bigint, OUT stamp timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    n bigint := cardinality(entities);
    closed date;
BEGIN
    stamp := clock_timestamp();
    IF NOT EXISTS (
        SELECT FROM app_user u WHERE u.organisation = o
        AND u.login = session_user::text AND u.disabled_at IS NULL
    ) THEN
        RAISE EXCEPTION 'ledger_append: not an active user of this organisation'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM generate_series(1, n) AS e (i)
        LEFT JOIN unnest(p_entry, p_amount) AS p (i, amount) ON p.i = e.i
        GROUP BY e.i HAVING coalesce(sum(p.amount), 1) <> 0 OR count(p.amount) < 2
    ) THEN
        RAISE EXCEPTION 'ledger_append: an entry does not balance' USING ERRCODE = 'check_violation';
    END IF;
    -- Shared locks keep a close from happening between this look and the commit.
    PERFORM FROM legal_entity l WHERE l.organisation = o AND l.id = ANY (entities)
        ORDER BY l.id FOR SHARE;
    SELECT min(e.day) INTO closed FROM unnest(entities, booked) AS e (entity, day)
    JOIN legal_entity l ON l.organisation = o AND l.id = e.entity
    WHERE e.day <= l.closed_through;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_append: the books are closed on that day' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'books_open', DETAIL = closed::text;
    END IF;
    INSERT INTO summary_open AS s (organisation, entity, currency, due_on, amount)
    SELECT o, entities[p.i], currencies[p.i], p.due, sum(p.amount)
    FROM unnest(p_entry, p_due, p_amount) AS p (i, due, amount) WHERE p.due IS NOT NULL
    GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (organisation, entity, currency, due_on)
    DO UPDATE SET amount = s.amount + excluded.amount;
    INSERT INTO summary_moved AS s (organisation, entity, currency, booked_on, kind, amount, entries)
    SELECT o, e.entity, e.currency, e.day, e.kind, sum(m.moved), count(*)
    FROM unnest(entities, currencies, booked, kinds) WITH ORDINALITY
        AS e (entity, currency, day, kind, i)
    JOIN (
        SELECT p.i, sum(p.amount) AS moved FROM unnest(p_entry, p_amount) AS p (i, amount)
        WHERE p.amount > 0 GROUP BY p.i
    ) AS m ON m.i = e.i
    GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5
    ON CONFLICT (organisation, entity, currency, booked_on, kind)
    DO UPDATE SET amount = s.amount + excluded.amount, entries = s.entries + excluded.entries;
    UPDATE ledger_head h SET seq = h.seq + n WHERE h.organisation = o
        RETURNING h.seq - n + 1 INTO STRICT first;
    INSERT INTO ledger_entry
        (organisation, seq, entity, at, booked_on, kind, currency, document, reverses, request)
    SELECT o, first + e.i - 1, e.entity, stamp, e.day, e.kind, e.currency,
        e.document, e.reverses, asked
    FROM unnest(entities, booked, kinds, currencies, documents, reversed) WITH ORDINALITY
        AS e (entity, day, kind, currency, document, reverses, i);
    INSERT INTO posting (organisation, entry, line, account, customer, currency, amount, due_on)
    SELECT o, first + p.i - 1, p.line, p.account, p.customer, currencies[p.i], p.amount, p.due
    FROM unnest(p_entry, p_line, p_account, p_customer, p_amount, p_due)
        AS p (i, line, account, customer, amount, due);
END $$
