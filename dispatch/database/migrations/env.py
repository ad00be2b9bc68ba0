"""How Alembic reaches the database: over the connection that ``dispatch.database.migrate`` hands it."""

from alembic import context

from dispatch.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
