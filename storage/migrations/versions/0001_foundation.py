"""The foundation: organisations, people, audit, ledger, customers, jobs."""

from pathlib import Path

from alembic import op

from storage.migrations.draft import replay

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OLDEST_PROGRAM = "0.1.0"


def upgrade() -> None:
    replay(Path(__file__).with_suffix(""))
    op.execute(
        f"INSERT INTO store_meta (name, value) VALUES ('oldest_program', '{OLDEST_PROGRAM}')"
    )
    op.execute("INSERT INTO store_meta (name, value) VALUES ('newest_program', '')")
