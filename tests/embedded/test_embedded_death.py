"""A service that dies under its server comes back by itself, with everything it had."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil  # ships no types
import pytest
from redis.exceptions import RedisError

from api.embedded import Urls, embedded, troubles
from tests.embedded.owners import Notes
from tests.support.processes import ServiceProcesses, processes_in, told_by
from tests.support.waiting import until


@pytest.fixture
async def urls(data_dir: Path) -> AsyncIterator[Urls]:
    """Both services, running."""
    async with embedded(data_dir, postgres=True, redis=True) as found:
        yield found


def _heads(data_dir: Path, name: str) -> list[psutil.Process]:
    """The process of a service that the others of it descend from."""
    found = ServiceProcesses(data_dir, name).members()
    parents = told_by(found, lambda one: (one, one.parent()))
    return [process for process, parent in parents if parent not in found]


async def _read_again(urls: Urls) -> list[str]:
    away = (OSError, RedisError, asyncpg.PostgresError, asyncpg.InterfaceError)
    words: list[str] = await until(Notes(urls).read, despite=away)
    return words


@pytest.mark.parametrize("name", ["postgres", "redis-server"])
async def test_a_killed_service_comes_back_at_the_same_address_with_its_data(
    data_dir: Path, urls: Urls, name: str
) -> None:
    await Notes(urls).write("second")
    (killed,) = _heads(data_dir, name)
    killed.kill()
    await until(lambda: killed not in processes_in(data_dir))
    assert await _read_again(urls) == ["first", "second"]
    assert _heads(data_dir, name) != [killed]
    await until(lambda: troubles(data_dir) == {})


@pytest.mark.slow
async def test_it_comes_back_as_often_as_it_dies(data_dir: Path, urls: Urls) -> None:
    for word in ("second", "third", "fourth"):
        await Notes(urls).write(word)
        for name in ("postgres", "redis-server"):
            (head,) = _heads(data_dir, name)
            head.kill()
            await until(lambda head=head: head not in processes_in(data_dir))  # type: ignore[misc]
        await _read_again(urls)
    assert await Notes(urls).read() == ["first", "second", "third", "fourth"]


@pytest.mark.slow
async def test_a_busy_child_of_a_killed_postmaster_does_not_keep_the_next_from_starting(
    data_dir: Path, urls: Urls
) -> None:
    assert urls.database_url
    busy = await asyncpg.connect(urls.database_url.replace("+asyncpg", ""))
    # Nobody lives to see its end; numbers of a series would be written to files until no room is left for others.
    counting = asyncio.create_task(busy.fetch("SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d"))
    backend = psutil.Process(busy.get_server_pid())
    await until(lambda: backend.cpu_times().user > 0.1)
    backend.parent().kill()
    assert await _read_again(urls) == ["first"]
    assert backend not in processes_in(data_dir)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await counting
    busy.terminate()


@pytest.mark.slow
async def test_what_keeps_it_from_starting_is_told_until_it_is_gone(data_dir: Path, urls: Urls) -> None:
    version = data_dir / "postgres" / "PG_VERSION"
    version.rename(version.with_suffix(".away"))
    (head,) = _heads(data_dir, "postgres")
    head.kill()
    await until(lambda: "attempt 3" in str(troubles(data_dir).get("PostgreSQL")))
    version.with_suffix(".away").rename(version)
    assert await _read_again(urls) == ["first"]
    await until(lambda: troubles(data_dir) == {})


async def test_a_server_that_stops_leaves_nothing_that_starts_again(data_dir: Path) -> None:
    async with embedded(data_dir, postgres=True, redis=True):
        (head,) = _heads(data_dir, "redis-server")
        head.kill()
    assert not processes_in(data_dir)
    assert troubles(data_dir) == {}
