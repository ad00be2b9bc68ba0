"""A new migration, written from how the models differ from a migrated database."""

import re
from pathlib import Path
from typing import Any, Final, Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection, Dialect, MetaData, TypeDecorator
from sqlalchemy.dialects import postgresql

from dispatch.database.migrate import MIGRATIONS, alembic_config, newest_revision
from dispatch.errors import OperatorError

# What Alembic's own table holds.
LONGEST_REVISION = 32
POSTGRESQL: Final[Dialect] = postgresql.dialect()  # type: ignore[no-untyped-call]
POSTGRESQL_TYPES: Final = "sqlalchemy.dialects.postgresql"


class NothingToMigrate(OperatorError):
    """The migrated schema is that of the models."""


def write_migration(
    connection: Connection, metadata: MetaData, message: str, *, folder: Path = MIGRATIONS, empty: bool = False
) -> Path:
    """Write the next migration beside the others; it is to be read and corrected before it is committed.

    ``connection`` leads to a database that is at the newest migration; it is only read. ``empty`` writes one to be
    filled by hand, for rows. ``folder`` holds ``env.py``, the template and ``versions``.

    Raises NothingToMigrate where the schema is that of the models, OperatorError for a message without words.
    """
    config = alembic_config(connection, folder)
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes |= {"metadata": metadata, "render_item": _render_plainly}

    def drop_what_is_empty(_: MigrationContext, __: Any, directives: list[MigrationScript]) -> None:  # noqa: ANN401  Alembic's
        if not empty and directives[0].upgrade_ops is not None and directives[0].upgrade_ops.is_empty():
            directives.clear()

    written = command.revision(
        config,
        message=message.strip().rstrip("."),
        rev_id=next_revision(message, folder),
        autogenerate=not empty,
        process_revision_directives=drop_what_is_empty,
    )
    if not isinstance(written, Script):
        raise NothingToMigrate("The models are what the migrations make of a database: there is nothing to migrate.")
    return Path(written.path)


def next_revision(message: str, folder: Path = MIGRATIONS) -> str:
    """A number after the newest and the words of the message, as many as fit. Raises OperatorError without words."""
    words = re.findall(r"[a-z0-9]+", message.lower())
    if not words:
        raise OperatorError('Say in a few words what changes: make migration m="notes of deliveries".')
    revision = f"{int(newest_revision(folder).partition('_')[0]) + 1:04d}"
    for word in words:
        if len(revision) + 1 + len(word) > LONGEST_REVISION:
            break
        revision += f"_{word}"
    return revision


def _render_plainly(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Our types as what they are in the database, so that no migration needs them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        plain = item.load_dialect_impl(POSTGRESQL)
        if type(plain).__module__.startswith(POSTGRESQL_TYPES):
            context.imports.add(f"from sqlalchemy.dialects import {POSTGRESQL.name}")
            return f"{POSTGRESQL.name}.{plain!r}"
        return f"sa.{plain!r}"
    return False
