-- A session keeps the plan it made for a reference check while the table was empty, and then scans
-- ever more rows with it. Fresh statistics make every session plan anew; only an owner may make them.
CREATE FUNCTION statistics_refresh(what text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND c.relowner = current_user::regrole AND c.relname = ANY (what) ORDER BY c.relname
    LOOP
        EXECUTE format('ANALYZE public.%I', name);
    END LOOP;
END $$
