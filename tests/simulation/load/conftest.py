"""The command in this process, against the server of the run or against one that can be killed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.server_process import ServerProcess, free_port


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """A running server in a process of its own, for one test, which may kill it."""
    own = ServerProcess(tmp_path / "data", free_port())
    await own.start()
    yield own
    await own.end()
