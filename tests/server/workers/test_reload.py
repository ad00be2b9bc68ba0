"""``dispatch serve --reload``, over a copy of the code that a contributor edits."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from api.server.source_watch import PACKAGES, ROOT, changed, times_of_sources
from api.version import VERSION
from tests.support.processes import told_by
from tests.support.server_process import free_port
from tests.support.waiting import PATIENCE_S, until


@dataclass
class Edited:
    """A server over code that is being edited."""

    root: Path
    port: int
    process: asyncio.subprocess.Process
    log: Path
    http: httpx.AsyncClient

    @property
    def version_file(self) -> Path:
        return self.root / "api" / "version.py"

    async def version(self) -> str:
        """What the answering process says it is; empty where none answers."""
        try:
            reply = await self.http.get("/schema/openapi.json")
        except httpx.TransportError:
            return ""
        return str(reply.json()["info"]["version"]) if reply.is_success else ""

    async def until_version(self, version: str) -> None:
        async def says_so() -> bool:
            assert self.process.returncode is None, self.log.read_text()
            return await self.version() == version

        await until(says_so)

    def stores(self) -> set[int]:
        """Process ids of the embedded PostgreSQL and Redis."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return {pid for pid, is_store in told_by(found, lambda one: (one.pid, _is_store(one))) if is_store}


def _is_store(process: psutil.Process) -> bool:
    """Whether it is a store's own process and not one that it has started for a client, which may end any moment."""
    name, parent = process.name(), process.parent()
    return name in {"postgres", "redis-server"} and process.ppid() > 1 and (parent is None or parent.name() != name)


@asynccontextmanager
async def edited(folder: Path) -> AsyncIterator[Edited]:
    root, log, port = folder / "code", folder / "log", free_port()
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package)
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "DISPATCH_DATA_DIR": str(folder / "data"),
        "DISPATCH_PORT": str(port),
        "COLUMNS": "200",
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.cli.main", "serve", "--reload"),
            env=environment,
            cwd=root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE_S) as http:
            server = Edited(root, port, process, log, http)
            await until(lambda: "Listening on" in log.read_text() or process.returncode is not None)
            yield server
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


@pytest.mark.slow
async def test_what_is_edited_is_served_while_the_stores_go_on_and_what_does_not_start_changes_nothing(
    tmp_path: Path,
) -> None:
    async with edited(tmp_path) as server:
        await server.until_version(VERSION)
        stores = server.stores()
        assert len(stores) == 2
        server.version_file.write_text("VERSION = (\n")
        await until(lambda: "rolling restart given up" in server.log.read_text())
        assert await server.version() == VERSION
        server.version_file.write_text('VERSION = "edited"\n')
        await server.until_version("edited")
        assert server.stores() == stores
    assert server.process.returncode == 0, server.log.read_text()


def test_files_that_are_written_new_or_gone_are_changes_and_other_files_are_not(tmp_path: Path) -> None:
    module, other = tmp_path / "api" / "one.py", tmp_path / "scoring" / "two.py"
    for path in (module, other):
        path.parent.mkdir()
        path.write_text("")
    before = times_of_sources(tmp_path)
    (tmp_path / "api" / "notes.txt").write_text("")
    assert changed(before, times_of_sources(tmp_path)) == []
    os.utime(module, ns=(0, 0))
    other.unlink()
    new = tmp_path / "scoring" / "three.py"
    new.write_text("")
    assert changed(before, times_of_sources(tmp_path)) == sorted([module, other, new])
