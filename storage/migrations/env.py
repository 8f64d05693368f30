"""Alembic's entry: runs inside the connection and transaction that `storage.migrate` opened."""

from alembic import context

from storage.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
context.run_migrations()
