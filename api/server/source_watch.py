"""For contributors: notices that the code has changed, so that processes with the old one are replaced."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from realtime.background import end

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "dispatch", "realtime", "scoring")


def times_of_sources(root: Path = ROOT) -> dict[Path, int]:
    """Each ``.py`` file of ours and when it was last written, ns since 1970."""
    found: dict[Path, int] = {}
    for package in PACKAGES:
        for path in (root / package).rglob("*.py"):
            with contextlib.suppress(FileNotFoundError):  # an editor is just putting another in its place
                found[path] = path.stat().st_mtime_ns
    return found


def changed(before: Mapping[Path, int], now: Mapping[Path, int]) -> list[Path]:
    """What was written, is new, or is gone."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


@asynccontextmanager
async def watching_sources(again: asyncio.Event) -> AsyncIterator[None]:
    """Set the event whenever a ``.py`` file of ours changes, while the body runs."""
    seen = await asyncio.to_thread(times_of_sources)
    task = asyncio.create_task(_watch(seen, again), name="sources")
    try:
        yield
    finally:
        await end(task)


async def _watch(seen: Mapping[Path, int], again: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await asyncio.to_thread(times_of_sources)
        if files := changed(seen, now):
            names = [str(path.relative_to(ROOT)) for path in files[:5]]
            log.info("the code has changed", files=names, more=max(0, len(files) - 5))
            again.set()
        seen = now
