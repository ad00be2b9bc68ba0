"""Starting and stopping the embedded services."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from api.embedded import DataFolderInUseError, EmbeddedError, EmbeddedServices, Urls, embedded, running
from api.embedded.folder import DataFolder
from api.embedded.redis_server import EmbeddedRedis
from tests.embedded.owners import Notes, Owner
from tests.support.processes import names_in, processes_in, told_by


async def test_data_of_the_first_start_is_there_at_the_next(tmp_path: Path) -> None:
    data_dir = tmp_path / "not" / "there" / "yet"
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        await Notes(urls).write("kept")
    assert not processes_in(data_dir)
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert await Notes(urls).read() == ["kept"]
    assert not processes_in(data_dir)


async def test_the_urls_serve_sqlalchemy_and_redis(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert urls.database_url
        assert urls.redis_url
        engine = create_async_engine(urls.database_url)
        async with engine.connect() as connection:
            database = await connection.scalar(text("SELECT current_database() || ' of ' || current_user"))
        await engine.dispose()
        assert database == "dispatch of dispatch"
        async with Redis.from_url(urls.redis_url) as redis:
            assert await redis.lrange("notes", 0, -1) == [b"first"]


async def test_what_was_acknowledged_is_on_disk_by_the_servers_settings(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert urls.database_url
        assert urls.redis_url
        database = await asyncpg.connect(urls.database_url.replace("+asyncpg", ""))
        said = {name: await database.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")}
        locale = await database.fetchrow("SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database")
        await database.close()
        async with Redis.from_url(urls.redis_url) as redis:
            kept = await redis.config_get("append*", "maxmemory*")
    assert said == {"fsync": "on", "synchronous_commit": "on"}
    assert tuple(locale) == ("UTF8", "C.UTF-8")
    assert (kept["appendonly"], kept["appendfsync"]) == ("yes", "always")
    assert kept["maxmemory-policy"] == "noeviction"
    assert int(kept["maxmemory"] or 0) > 0, "Redis must refuse before the machine has no memory left"


async def test_no_port_is_opened(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True):
        said = told_by(processes_in(data_dir), lambda one: (one.name(), one.net_connections("inet")))
        assert {name for name, _ in said} == {"postgres", "redis-server"}
        assert [connections for _, connections in said if connections] == []


async def test_only_what_was_asked_for_runs(data_dir: Path, tmp_path: Path) -> None:
    async with embedded(data_dir, postgres=False, redis=True) as urls:
        assert urls.database_url is None
        assert names_in(data_dir) == {"redis-server"}
    async with embedded(tmp_path / "none", postgres=False, redis=False) as urls:
        assert urls == Urls(None, None)
    assert not (tmp_path / "none").exists()


async def test_postgres_variables_of_the_shell_do_not_mislead(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "elsewhere", "PGUSER": "other", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert await Notes(urls).read() == ["first"]


async def test_tools_find_the_services_while_they_run_and_only_then(data_dir: Path, tmp_path: Path) -> None:
    assert running(data_dir) is None
    assert running(tmp_path / "none") is None
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert running(data_dir) == urls
    assert running(data_dir) is None
    DataFolder(data_dir).write_urls(urls)
    assert running(data_dir) is None, "what a killed server left"


async def test_a_second_start_in_the_folder_is_refused_and_names_the_owner(data_dir: Path, own: type[Owner]) -> None:
    owner = own(data_dir)
    owner.hear("running")
    with pytest.raises(DataFolderInUseError) as refusal:
        await EmbeddedServices(data_dir).start()
    assert (refusal.value.pid, refusal.value.data_dir) == (owner.pid, data_dir)
    assert f"{data_dir} is in use by process {owner.pid}" in str(refusal.value)
    urls = running(data_dir)
    assert urls, "the refused start left the owner's services alone"
    assert await Notes(urls).read() == ["first"]


async def test_stopping_twice_is_stopping_once(data_dir: Path) -> None:
    services = EmbeddedServices(data_dir)
    await services.stop()
    await services.start()
    await services.stop()
    await services.stop()
    assert not processes_in(data_dir)


async def test_a_failed_start_shows_the_log_and_leaves_nothing_behind(data_dir: Path) -> None:
    control = data_dir / "postgres" / "global" / "pg_control"
    control.rename(data_dir / "pg_control")
    services = EmbeddedServices(data_dir)
    with pytest.raises(EmbeddedError, match=r"(?s)PostgreSQL ended while starting.*pg_control"):
        await services.start()
    assert not processes_in(data_dir)
    (data_dir / "pg_control").rename(control)
    await services.start()
    await services.stop()


async def test_a_start_that_takes_too_long_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"not ready after 0.1 s"):
        await EmbeddedServices(tmp_path / "data", timeout_s=0.1).start()
    assert not processes_in(tmp_path)
    async with embedded(tmp_path / "data", postgres=True, redis=True) as urls:
        await Notes(urls).write("after all")


def _move(data_dir: Path, target: Path) -> Path:
    return data_dir.rename(target)


@pytest.mark.parametrize("name", ["long" * 50, "a, \"b\" 'c' %41 ü:5?&#"])
async def test_any_path_will_do(data_dir: Path, tmp_path: Path, name: str) -> None:
    moved = _move(data_dir, tmp_path / name)
    async with embedded(moved, postgres=True, redis=True) as urls:
        assert urls.database_url
        assert await Notes(urls).read() == ["first"]
        engine = create_async_engine(urls.database_url)
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT word FROM notes")) == "first"
        await engine.dispose()
        sockets = DataFolder(moved).sockets
    assert sockets == moved / "run" or not sockets.exists(), "nothing stays in the temporary folder"


async def test_a_socket_folder_made_by_somebody_else_is_not_used(data_dir: Path, tmp_path: Path) -> None:
    moved = _move(data_dir, tmp_path / ("long" * 50))
    trap = DataFolder(moved).sockets
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(EmbeddedError, match="should be a folder of ours"):
            await EmbeddedServices(moved).start()
    finally:
        trap.unlink()


def _copied_if_there(source: str, target: str) -> None:
    """A server that runs puts files of a moment beside those that it renews."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


async def test_a_copy_made_while_the_original_runs_is_a_folder_of_its_own(data_dir: Path, tmp_path: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        copy = tmp_path / "copy"
        ignored = shutil.ignore_patterns(".s.PGSQL.*", "redis.sock")
        shutil.copytree(data_dir, copy, ignore=ignored, copy_function=_copied_if_there)
        async with embedded(copy, postgres=True, redis=True) as urls_of_copy:
            await Notes(urls_of_copy).write("second")
            assert await Notes(urls).read() == ["first"]


async def test_a_cluster_of_another_version_is_named_and_left_alone(data_dir: Path) -> None:
    version = data_dir / "postgres" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 15, but the embedded one is PostgreSQL \d+"):
        await EmbeddedServices(data_dir).start()
    assert version.read_text() == "15\n"


async def test_files_that_are_no_cluster_are_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "postgres" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("mine")
    with pytest.raises(EmbeddedError, match="holds files, but no PostgreSQL cluster"):
        await EmbeddedServices(tmp_path).start()
    assert letter.read_text() == "mine"


@pytest.mark.parametrize("below", ["", "deeper"])
async def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match=r"There is a file where a folder should be.*DISPATCH_DATA_DIR"):
        await EmbeddedServices(tmp_path / "file" / below).start()


async def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(EmbeddedError, match=r"/proc/dispatch cannot be used: .*DISPATCH_DATA_DIR"):
        await EmbeddedServices(Path("/proc/dispatch")).start()


async def test_redis_starts_where_the_installer_lost_its_executable_bit(tmp_path: Path) -> None:
    services = EmbeddedServices(tmp_path / "data", postgres=False)
    assert isinstance(services._redis, EmbeddedRedis)
    program = tmp_path / "redis-server"
    shutil.copyfile(services._redis._program, program)
    program.chmod(0o600)
    services._redis._program = program
    await services.start()
    await services.stop()
    assert program.stat().st_mode & 0o111 == 0, "the installed file is not ours to change"


async def test_logs_are_bounded_and_the_previous_one_is_kept(data_dir: Path) -> None:
    log = data_dir / "log" / "postgres.log"
    log.write_text("x" * (2 << 20))
    async with embedded(data_dir, postgres=True, redis=False):
        pass
    assert "ready to accept connections" in log.read_text()
    assert log.stat().st_size < (1 << 20)
    assert (data_dir / "log" / "postgres.log.1").stat().st_size == 2 << 20


async def test_run_services_json_says_who_and_where(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        said = json.loads((data_dir / "run" / "services.json").read_text())
        assert (said["database_url"], said["redis_url"]) == (urls.database_url, urls.redis_url)
