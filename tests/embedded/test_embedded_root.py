"""PostgreSQL refuses to run as root; our server runs for root all the same."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from api.embedded import embedded
from api.embedded.launch import enter_namespace
from tests.embedded.owners import Notes, Owner
from tests.support.processes import ServiceProcesses, told_by

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="about root, and these tests run as an ordinary user")


def _owners(folder: Path) -> set[int]:
    found = set()
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):  # PostgreSQL runs, and puts files of a moment beside those that it renews
            found.add(path.lstat().st_uid)
    return found


def _postgres_uids(data_dir: Path) -> set[int]:
    return set(told_by(ServiceProcesses(data_dir, "postgres").members(), lambda one: one.uids().effective))


def _namespaces_allowed() -> bool:
    if sys.platform != "linux":
        return False
    child = os.fork()
    if child == 0:
        try:
            enter_namespace(65534, 65534)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


async def test_in_a_user_namespace_all_files_stay_roots(tmp_path: Path) -> None:
    if not _namespaces_allowed():
        pytest.skip("user namespaces are not allowed here")
    async with embedded(tmp_path / "data", postgres=True, redis=True) as urls:
        await Notes(urls).write("root's")
        assert _owners(tmp_path) == {0}


@pytest.mark.slow
async def test_without_user_namespaces_postgres_runs_as_an_unprivileged_user(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    parents = [(path, path.stat().st_mode, path.stat().st_uid) for path in tmp_path.parents]
    async with embedded(data_dir, postgres=True, redis=True, user_namespace=False) as urls:
        await Notes(urls).write("nobody's")
        assert _postgres_uids(data_dir) == _owners(data_dir / "postgres") != {0}
        assert stat.S_IMODE((data_dir / "run").stat().st_mode) == 0o700
    async with embedded(data_dir, postgres=True, redis=True, user_namespace=False) as urls:
        assert await Notes(urls).read() == ["nobody's"]
    assert parents == [(path, path.stat().st_mode, path.stat().st_uid) for path in tmp_path.parents]


@pytest.mark.slow
async def test_the_owner_of_the_folder_is_preferred_to_nobody(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    os.chown(data_dir, 1, 1)
    async with embedded(data_dir, postgres=True, redis=True, user_namespace=False):
        assert _postgres_uids(data_dir) == {1}


@pytest.mark.slow
async def test_one_way_goes_on_with_the_data_of_the_other(data_dir: Path) -> None:
    for user_namespace in (False, True, False):
        async with embedded(data_dir, postgres=True, redis=True, user_namespace=user_namespace) as urls:
            assert await Notes(urls).read() == ["first"]


@pytest.mark.slow
async def test_with_the_rights_of_a_container_it_starts_and_survives_kill_9(
    data_dir: Path, own: Callable[..., Owner]
) -> None:
    first = own(data_dir, "--rights", "container", "--write")
    first.hear("10")
    first.kill()
    second = own(data_dir, "--rights", "container")
    second.hear("running")
    assert len(_postgres_uids(data_dir)) == 1
    assert _postgres_uids(data_dir) != {0}


async def test_where_no_way_works_it_says_what_to_do(data_dir: Path, own: Callable[..., Owner]) -> None:
    owner = own(data_dir, "--rights", "none")
    owner.hear("refused: PostgreSQL does not run as root, and neither way around that works here")
    owner.hear("Start this server as an ordinary user")
