"""The command in this process, against the server of the run or against one that can be killed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.load import put_under_load
from api.simulation.load.plan import Plan
from dispatch.settings import Settings
from tests.simulation.replay.conftest import Server, free_port


async def load(settings: Settings, folder: Path, plan: Plan, *, give_up_after_s: float = 10.0) -> tuple[int, Any]:
    """The exit code and the report for machines."""
    path = folder / "load.json"
    code = await put_under_load(settings, None, plan, json_file=str(path), mine=False, give_up_after_s=give_up_after_s)
    return code, json.loads(path.read_text())


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Server]:
    """A running server in a process of its own, for one test, which may kill it."""
    own = Server(tmp_path / "data", free_port())
    await own.start()
    yield own
    await own.end()
