"""Saved views and form drafts; the audit trail by day, person and act."""

from pathlib import Path

from storage.migrations.draft import replay

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    replay(Path(__file__).with_suffix(""))
