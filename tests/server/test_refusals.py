"""Where a server or a command cannot work with what it is given, it says so in one sentence and ends with 2."""

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.database.migrate import current_revision, migrate, revisions
from dispatch.database.startup import too_old
from tests.support.commands import begin
from tests.support.server_process import NO_GATEWAY, ended

NOBODY = "postgresql://me:my-secret@127.0.0.1:1/shop"


async def _told(*arguments: str, data_dir: Path, **environment: str) -> str:
    """What it says; it must be one sentence of one line."""
    given = os.environ | {"DISPATCH_DATA_DIR": str(data_dir), "DISPATCH_PORT": "0"} | NO_GATEWAY | environment
    done = await ended(begin(*arguments, environment=given))
    text = (done.out + done.err).strip()
    assert done.code == 2, text
    assert len(text.splitlines()) == 1, text
    assert "my-secret" not in text
    return text


def _of(server: RunningServer, name: str) -> str:
    """The address of another database beside the one of the run."""
    url = server.services.database.engine.url.set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


@pytest.fixture
async def newer(server: RunningServer) -> str:
    """A database that a later release has migrated."""
    name = f"newer_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(_of(server, "dispatch"))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    connection = await asyncpg.connect(_of(server, name))
    await connection.execute("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
    await connection.execute("INSERT INTO alembic_version VALUES ('9999_of_later')")
    await connection.close()
    return _of(server, name)


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "1"], ["migrate"]])
async def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    said = await _told(*command, data_dir=tmp_path, DISPATCH_DATABASE_URL=NOBODY)
    assert "No PostgreSQL answers at 127.0.0.1:1" in said
    assert "DISPATCH_DATABASE_URL" in said


async def test_a_missing_database_and_a_newer_schema_are_one_sentence_each(
    tmp_path: Path, server: RunningServer, newer: str
) -> None:
    missing, late, audit = await asyncio.gather(
        _told("migrate", data_dir=tmp_path / "1", DISPATCH_DATABASE_URL=_of(server, "not_there")),
        _told("serve", data_dir=tmp_path / "2", DISPATCH_DATABASE_URL=newer),
        _told("audit", data_dir=tmp_path / "3", DISPATCH_DATABASE_URL=newer),
    )
    assert 'There is no database "not_there"' in missing
    assert "createdb not_there" in missing
    for said in (late, audit):
        assert "has the schema 9999_of_later, which is newer than this release" in said


async def test_a_schema_goes_back_to_an_older_one_and_forward_again(tmp_path: Path, server: RunningServer) -> None:
    name = f"rolled_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(_of(server, "dispatch"))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    database = Database(_of(server, name).replace("postgresql://", "postgresql+asyncpg://"), pool_size=1)
    await migrate(database.engine)
    for revision in (revisions()[-2], revisions()[-1]):
        await migrate(database.engine, revision)
        assert await current_revision(database.engine) == revision
    await database.close()
    said = await _told("migrate", "--to", "0000", data_dir=tmp_path, DISPATCH_DATABASE_URL=NOBODY)
    assert revisions()[0] in said


async def test_a_redis_that_does_not_answer_is_one_sentence(tmp_path: Path, server: RunningServer) -> None:
    url = server.services.database.engine.url.render_as_string(hide_password=False)
    said = await _told(
        "serve", data_dir=tmp_path, DISPATCH_DATABASE_URL=url, DISPATCH_REDIS_URL="redis://me:my-secret@127.0.0.1:1/0"
    )
    assert "Redis at 127.0.0.1:1/0 cannot be used" in said


def test_a_postgresql_that_is_too_old_is_named() -> None:
    url = make_url("postgresql://db/shop")
    assert "14; 15 or newer" in str(too_old(140_012, url))
    assert too_old(150_001, url) is None
