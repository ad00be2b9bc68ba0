"""How Alembic reaches the database: over the connection that ``dispatch.database.migrate`` hands it.

Nothing of ours is imported here or in a migration: it would change under migrations that were written for what it was.
The models come with the connection where a new migration is made of them.
"""

from alembic import context
from sqlalchemy import MetaData

# By which constraints without a name of their own get one, as when the first migration was written.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("metadata") or MetaData(naming_convention=NAMES),
    render_item=given.get("render_item"),
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
