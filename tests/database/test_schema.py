"""The models and what the migrations make of an empty database are one schema."""

import ast
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, MetaData, NullPool, String, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from api.server.serving import RunningServer
from dispatch.database.base import DateTimeUTC
from dispatch.database.migrate import MIGRATIONS, alembic_config, migrate
from dispatch.database.new_migration import NothingToMigrate, next_revision, write_migration
from dispatch.errors import OperatorError
from dispatch.tables import metadata
from dispatch.tracking.partitions import SCHEMA as PARTITIONS

OURS = {"api", "dispatch", "realtime", "scoring", "tests"}

# Everything of our schema but the partitions, which stand in one of their own, and what Alembic remembers.
COLUMNS = """
SELECT format('%s.%s %s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
    CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY ' || a.attidentity::text END,
    ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass AND contype <> 'n'
"""
INDEXES = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
TABLES = """
SELECT format('%s %s %s %s', relname, relkind, reloptions, pg_get_partkeydef(oid)) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'alembic_version'
"""


@asynccontextmanager
async def _empty_database(server: RunningServer) -> AsyncIterator[AsyncEngine]:
    url, name = server.services.database.engine.url, f"schema_{uuid4().hex[:12]}"
    async with server.services.database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(f"CREATE DATABASE {name}"))
    engine = create_async_engine(url.set(database=name), poolclass=NullPool)
    try:
        yield engine
    finally:
        await engine.dispose()
        async with server.services.database.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


async def _schema(connection: AsyncConnection) -> set[str]:
    return {
        row
        for question in (TABLES, COLUMNS, CONSTRAINTS, INDEXES)
        for row in (await connection.execute(text(question))).scalars()
    }


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_alembic_finds_nothing_between_the_models_and_the_migrated_database(server: RunningServer) -> None:
    async with server.services.database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_migrations_make_every_column_constraint_and_index_that_the_models_make(
    server: RunningServer,
) -> None:
    async with _empty_database(server) as migrated, _empty_database(server) as created:
        await migrate(migrated)
        async with created.begin() as connection:
            await connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
            await connection.run_sync(metadata.create_all)
            models = await _schema(connection)
        async with migrated.connect() as connection:
            made = await _schema(connection)
    assert len(made) > 300
    assert sorted(made - models) == []
    assert sorted(models - made) == []


async def test_partitions_of_days_stand_in_a_schema_of_their_own(server: RunningServer) -> None:
    async with server.services.database.engine.connect() as connection:
        question = (
            "SELECT DISTINCT child.relnamespace::regnamespace::text FROM pg_inherits "
            "JOIN pg_class child ON child.oid = inhrelid WHERE child.relkind = 'r'"
        )
        assert set((await connection.execute(text(question))).scalars()) == {PARTITIONS}


def test_no_migration_imports_code_that_may_change_after_it() -> None:
    files = [MIGRATIONS / "env.py", *(MIGRATIONS / "versions").glob("*.py")]
    assert len(files) > 10
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not {name.partition(".")[0] for name in names} & (OURS | {""}), f"{file.name} imports {names}"


async def test_a_migration_written_from_the_models_makes_their_schema_and_takes_it_back(
    server: RunningServer, tmp_path: Path
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    changed = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(changed)
    Table(
        "depots",
        changed,
        Column("name", String(64), primary_key=True),
        Column("opened_at", DateTimeUTC(timezone=True), nullable=False),
        CheckConstraint("name <> ''", name="named"),
    )
    async with _empty_database(server) as engine:
        await migrate(engine)
        async with engine.connect() as connection:
            path = await connection.run_sync(lambda sync: write_migration(sync, changed, "Depots.", folder=folder))
            before = await _schema(connection)
            await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync, folder), "head"))
            after = await _schema(connection)
            await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync, folder), "-1"))
            assert await _schema(connection) == before
    assert path.name == f"{next_revision('depots')}.py"
    assert "advanced_alchemy" not in path.read_text()
    assert "depots.opened_at timestamp with time zone NOT NULL" in after
    assert any(row.startswith("depots ck_depots_named CHECK") for row in after)


async def test_no_migration_is_written_where_nothing_changed(server: RunningServer, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    async with server.services.database.engine.connect() as connection:
        with pytest.raises(NothingToMigrate):
            await connection.run_sync(lambda sync: write_migration(sync, metadata, "nothing", folder=folder))
        assert len(list((folder / "versions").glob("*.py"))) == len(list((MIGRATIONS / "versions").glob("*.py")))
        empty = await connection.run_sync(
            lambda sync: write_migration(sync, metadata, "rows", folder=folder, empty=True)
        )
    assert "def upgrade() -> None:\n    pass" in empty.read_text()


def test_a_migration_is_named_by_its_number_and_as_many_words_as_fit() -> None:
    newest = max(int(path.name[:4]) for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert next_revision("Notes of deliveries!") == f"{newest + 1:04d}_notes_of_deliveries"
    assert len(next_revision("a very long sentence about everything that changes here")) <= 32
    with pytest.raises(OperatorError, match="Say in a few words"):
        next_revision(" … ")
