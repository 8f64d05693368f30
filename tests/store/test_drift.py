"""An upgraded store and one made from the models are the same, down to rights and triggers."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

from storage import migrate, roles
from storage.engine import open_engine
from storage.migrations import objects
from storage.models import metadata
from tests.store.dumps import dump
from tests.stores import Server, make_database

HINT = (
    "The revisions no longer give what the models say. Add one; for new tables its files are made"
    " by:\n"
    "    python -m storage.migrations.draft storage/migrations/versions/NAME TABLE TABLE\n"
    "From revision to model:\n"
)
REVISIONS = [script.revision for script in migrate.scripts().walk_revisions()]


def made_from_models(engine: Engine) -> None:
    with migrate._postgres(engine) if _shared(engine) else migrate._sqlite(engine) as connection:
        metadata.create_all(connection)
        config = migrate._config()
        config.attributes["connection"] = connection
        command.stamp(config, "head")
        objects.recreate(connection)


def _shared(engine: Engine) -> bool:
    return engine.dialect.name != "sqlite"


def lines_of(engine: Engine) -> list[str]:
    with engine.connect() as connection, connection.begin():
        found = dump(connection)
    engine.dispose()
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Engine]:
    """Empty stores of one engine."""

    def make(name: str) -> Engine:
        if request.param == "sqlite":
            return open_engine(f"sqlite:///{tmp_path / name}.db")
        server: Server = request.getfixturevalue("server")
        return make_database(server, f"drift_{name}", migrated=False).engine()

    return make


def test_every_revision_leads_to_the_models(fresh: Callable[[str], Engine]) -> None:
    modelled = fresh("models")
    made_from_models(modelled)
    wanted = lines_of(modelled)
    assert len(wanted) > 300
    for revision in REVISIONS:
        upgraded = fresh(f"from_{revision}")
        migrate.upgrade(upgraded, revision)
        migrate.upgrade(upgraded)
        with upgraded.connect() as connection, connection.begin():
            refuse_differences(dump(connection), wanted)
            assert _alembic_finds(connection) == []
        migrate.upgrade(upgraded)  # again changes nothing
        refuse_differences(lines_of(upgraded), wanted)


def refuse_differences(found: list[str], wanted: list[str]) -> None:
    changes = difflib.unified_diff(found, wanted, "revisions", "models", n=0, lineterm="")
    assert found == wanted, HINT + "\n".join(changes)


def _alembic_finds(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    with warnings.catch_warnings():
        # It cannot read an index on an expression from SQLite; the dump compares those.
        warnings.filterwarnings("ignore", ".*expression-based index")
        return list(compare_metadata(context, metadata))


def test_the_dump_sees_everything_that_guards(local_engine: Engine) -> None:
    """A comparison that overlooks a trigger or a check would hold whatever happens."""
    with local_engine.connect().execution_options(writing=True) as connection:
        undone = connection.begin()
        before = set(dump(connection))
        for change in (
            "DROP TRIGGER audit_log_no_update",
            "DROP INDEX ix_customer_organisation_parent",
            "ALTER TABLE customer ADD COLUMN x TEXT CHECK (x <> '')",
        ):
            connection.exec_driver_sql(change)
            after = set(dump(connection))
            assert after != before, change
            before = after
        undone.rollback()


def test_the_dump_sees_every_guard_of_a_server(server: Server) -> None:
    engine = make_database(server, "drift_dump").engine()
    with engine.connect() as connection:
        undone = connection.begin()
        connection.exec_driver_sql("SET LOCAL ROLE drift_dump_owner")
        before = set(dump(connection))
        for change in (
            "DROP TRIGGER audit_log_no_update ON audit_log",
            "ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_delete",
            "DROP POLICY member ON customer",
            "CREATE POLICY more ON customer USING (true)",
            "ALTER TABLE customer NO FORCE ROW LEVEL SECURITY",
            "GRANT DELETE ON customer TO drift_dump_app",
            "GRANT UPDATE (id) ON customer TO drift_dump_app",
            "GRANT EXECUTE ON FUNCTION purge TO PUBLIC",
            "ALTER FUNCTION purge SECURITY INVOKER",
            "ALTER TABLE alert DROP CONSTRAINT ck_alert_severity",
            "ALTER TABLE alert ALTER COLUMN owner SET NOT NULL",
            "DROP INDEX uq_alert_open_key",
        ):
            connection.exec_driver_sql(change)
            after = set(dump(connection))
            assert after != before, change
            before = after
        undone.rollback()
    engine.dispose()


def test_an_extension_in_the_schema_stays(server: Server) -> None:
    """Recreating our functions touches only our own."""
    engine = make_database(server, "drift_strangers").engine()
    with server.superuser("drift_strangers") as admin:
        admin.execute("CREATE FUNCTION public.theirs() RETURNS int LANGUAGE sql RETURN 1")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        kept = "SELECT count(*) FROM pg_proc WHERE proname = 'theirs'"
        assert connection.exec_driver_sql(kept).scalar_one() == 1
    roles.prepare(engine)  # may be repeated, as setup does after a crash
    engine.dispose()
