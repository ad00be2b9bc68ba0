"""What is left after a crash neither keeps the services from starting nor costs acknowledged data."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil  # ships no types
import pytest
from redis.asyncio import Redis

from api.embedded import EmbeddedServices, embedded
from tests.embedded.owners import Notes, Owner
from tests.support.processes import processes_in
from tests.support.waiting import until

MOST_FOLDERS = 20


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A living program that has nothing to do with us."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    assert process.poll() is None, "it was not touched"
    process.communicate(b"\n")


@pytest.mark.slow
async def test_kill_9_while_writing_loses_nothing_that_was_acknowledged(
    data_dir: Path, own: Callable[..., Owner]
) -> None:
    owner = own(data_dir, "--write")
    owner.hear("100")
    rest = owner.kill()
    acknowledged = max([100, *(int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n"))])
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert urls.database_url
        assert urls.redis_url
        database = await asyncpg.connect(urls.database_url.replace("+asyncpg", ""))
        in_database = [row["n"] for row in await database.fetch("SELECT n FROM numbers ORDER BY n")]
        await database.close()
        async with Redis.from_url(urls.redis_url) as redis:
            in_redis = [int(n) for n in await redis.lrange("numbers", 0, -1)]
        assert await Notes(urls).read() == ["first"]
    for found in (in_database, in_redis):
        assert found == list(range(1, len(found) + 1))
        assert len(found) in {acknowledged, acknowledged + 1}, "one more may be written, but not yet said"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
async def test_the_services_end_when_their_owner_is_killed(data_dir: Path, own: Callable[..., Owner]) -> None:
    owner = own(data_dir)
    owner.hear("running")
    assert processes_in(data_dir)
    owner.kill()
    await until(lambda: not processes_in(data_dir))
    log = (data_dir / "log" / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down"), "in order, not by force"


async def test_servers_that_outlived_their_owner_are_replaced(data_dir: Path) -> None:
    gone = EmbeddedServices(data_dir)
    await Notes(await gone.start()).write("second")
    outlived = processes_in(data_dir)
    await gone._end_supervisors()  # as when the owner dies; on systems where that does not stop its servers
    gone._lock.release()
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert not set(outlived) & set(processes_in(data_dir))
        assert await Notes(urls).read() == ["first", "second"]
    for service in gone._services:
        await service.stop()  # only collects the exit codes: here the owner is this very process


@pytest.mark.slow
async def test_children_of_a_killed_postmaster_do_not_keep_the_next_from_starting(data_dir: Path) -> None:
    gone = EmbeddedServices(data_dir, redis=False)
    urls = await gone.start()
    assert urls.database_url
    count = "SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d"
    busy = await asyncpg.connect(urls.database_url.replace("+asyncpg", ""))
    counting = asyncio.create_task(busy.fetch(count))
    backend = psutil.Process(busy.get_server_pid())
    await until(lambda: backend.cpu_times().user > 0.1)
    await gone._end_supervisors()
    backend.parent().kill()
    await until(lambda: processes_in(data_dir) == [backend])
    gone._lock.release()
    async with embedded(data_dir, postgres=True, redis=False):
        assert backend not in processes_in(data_dir)
    with pytest.raises(asyncpg.PostgresError):
        await counting
    await gone._services[0].stop()


async def test_stale_files_that_name_a_living_process_are_seen_through(
    data_dir: Path, bystander: subprocess.Popen[bytes]
) -> None:
    sockets = data_dir / "run" / "pg"
    sockets.mkdir(exist_ok=True)
    claim = f"{bystander.pid}\n{data_dir}/postgres\n1700000000\n5432\n{sockets}\n\n  5432001  5\nready   \n"
    for file in (data_dir / "postgres" / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        file.write_text(claim)
        file.chmod(0o600)
    (data_dir / "run" / "lock").write_text(f"{bystander.pid}\n")
    (sockets / ".s.PGSQL.5432").write_text("")
    (data_dir / "run" / "redis.sock").write_text("")
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        assert await Notes(urls).read() == ["first"]


@pytest.mark.parametrize("content", ["", "4194304\n", "no number\n"])
async def test_a_stale_pid_file_of_whatever_content_is_seen_through(data_dir: Path, content: str) -> None:
    file = data_dir / "postgres" / "postmaster.pid"
    file.write_text(content)
    file.chmod(0o600)
    async with embedded(data_dir, postgres=True, redis=False) as urls:
        assert urls.database_url


async def _killed_half_made(tmp_path: Path, own: Callable[..., Owner]) -> Path:
    """A folder whose owner was killed while its cluster was made; a busy machine may look when that is over."""
    for number in range(MOST_FOLDERS):
        data_dir = tmp_path / f"data-{number}"
        half, whole = data_dir / "postgres.new" / "base" / "1", data_dir / "postgres"
        owner = own(data_dir)
        await until(lambda half=half, whole=whole: half.exists() or whole.exists())  # type: ignore[misc]
        owner.kill()
        if not whole.exists():
            return data_dir
    pytest.fail("no cluster was found half made")


async def test_a_kill_during_the_first_start_leaves_no_half_made_cluster(
    tmp_path: Path, own: Callable[..., Owner]
) -> None:
    data_dir = await _killed_half_made(tmp_path, own)
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        await Notes(urls).write("made in the end")
    assert not (data_dir / "postgres.new").exists()


async def test_an_append_only_file_cut_off_in_the_middle_of_a_write_loads(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=False, redis=True) as urls:
        assert urls.redis_url
        async with Redis.from_url(urls.redis_url) as redis:
            await redis.set("whole", "1")
            await redis.set("cut", "1")
    (file,) = (data_dir / "redis" / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(file.read_bytes()[:-4])
    async with embedded(data_dir, postgres=False, redis=True) as urls:
        assert urls.redis_url
        async with Redis.from_url(urls.redis_url) as redis:
            assert await redis.mget("whole", "cut") == [b"1", None]


async def test_ctrl_c_stops_everything_in_order(data_dir: Path, own: Callable[..., Owner]) -> None:
    owner = own(data_dir)
    owner.hear("running")
    owner.send(signal.SIGINT)
    owner.hear("stopped")
    assert not processes_in(data_dir)
    assert "database system is shut down" in (data_dir / "log" / "postgres.log").read_text()
