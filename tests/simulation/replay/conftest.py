"""A server of its own, as a process that can be killed, and the command run as users run it."""

import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.server_process import NO_GATEWAY, ServerProcess, free_port


@pytest.fixture(scope="module")
async def replay_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """One server for the tests that leave it running."""
    # A trace over HTTP takes minutes; nobody leaves the map meanwhile.
    stay = {"DISPATCH_OFFLINE_AFTER_S": "86400", **NO_GATEWAY}
    server = ServerProcess(tmp_path_factory.mktemp("replay") / "data", free_port(), stay)
    await server.start()
    yield server
    await server.end()


@pytest.fixture
async def fresh_server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A server for one test; not started."""
    server = ServerProcess(tmp_path / "data", free_port(), NO_GATEWAY)
    yield server
    await server.end()


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of these lines; gzipped where the name says so."""

    def write(*lines: str, name: str = "traces.csv") -> Path:
        content = "".join(f"{line}\n" for line in lines).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write
