"""The command, run in this process."""

import json
from pathlib import Path
from typing import Any

from api.cli.load import put_under_load
from api.simulation.load.plan import Plan
from dispatch.settings import Settings


async def load(settings: Settings, folder: Path, plan: Plan, *, give_up_after_s: float = 10.0) -> tuple[int, Any]:
    """The exit code and the report for machines."""
    path = folder / "load.json"
    code = await put_under_load(settings, None, plan, json_file=str(path), mine=False, give_up_after_s=give_up_after_s)
    return code, json.loads(path.read_text())
