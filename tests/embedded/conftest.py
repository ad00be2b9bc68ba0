"""Real servers in folders of their own; initdb runs once, and its folder is copied."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.embedded import embedded
from tests.embedded.owners import Notes, Owner
from tests.support.processes import processes_in
from tests.support.waiting import until


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """A stopped data folder with one note in it; not to be changed."""
    data_dir = tmp_path_factory.mktemp("embedded") / "made"
    async with embedded(data_dir, postgres=True, redis=True) as urls:
        await Notes(urls).write("first")
    yield data_dir
    assert not processes_in(data_dir)


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that folder, in which nothing may run when the test is over."""
    copy = tmp_path / "data"
    shutil.copytree(made, copy)
    yield copy
    assert not processes_in(tmp_path)


@pytest_asyncio.fixture
async def own() -> AsyncIterator[Callable[..., Owner]]:
    """Start owners; those that are left are killed, and their services waited for."""
    owners: list[Owner] = []
    folders: set[Path] = set()

    def start(data_dir: Path, *options: str) -> Owner:
        owners.append(Owner(data_dir, *options))
        folders.add(data_dir)
        return owners[-1]

    yield start
    for owner in owners:
        owner.end()
    await until(lambda: not any(map(processes_in, folders)))
