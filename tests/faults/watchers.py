"""Watchers under faults: they keep every frame, and come back with the offset of the last one."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.process_worlds import ANSWERED_WITHIN_S
from tests.support.watching import number
from tests.support.world import World

RECONNECT_AFTER_S = 0.1


@dataclass
class Visit:
    """One connection: with which offset it came, and what it was sent."""

    resume: str | None
    frames: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class LoadWatcher:
    """One watcher; ``restless`` leaves every so often by itself."""

    world: World
    tracking_number: str
    restless: bool
    visits: list[Visit] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Of all connections, in order; the server's words of error are none."""
        return [frame for visit in self.visits for frame in visit.frames if frame["type"] != "error"]

    @property
    def positions(self) -> list[dict[str, Any]]:
        """Every position that it was shown."""
        found = [frame["position"] if frame["type"] == "snapshot" else frame for frame in self.frames]
        return [one for one in found if one and "lat" in one]

    @property
    def statuses(self) -> list[str]:
        """Every status that it was told."""
        return [frame["status"] for frame in self.frames if "status" in frame]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            visit = Visit(self.frames[-1]["offset"] if self.frames else None)
            self.visits.append(visit)
            query = f"?resume={visit.resume}" if visit.resume else ""
            try:
                async with (
                    asyncio.timeout(random.uniform(0.2, 0.6) if self.restless else None),  # noqa: S311  # no secret
                    websockets.connect(
                        f"{self.world.ws_url}/ws/track/{self.tracking_number}{query}",
                        open_timeout=ANSWERED_WITHIN_S,
                        close_timeout=2,
                    ) as socket,
                ):
                    while True:
                        visit.frames.append(json.loads(await socket.recv()))
            except TimeoutError:
                continue
            except InvalidHandshake as error:
                self.refused.append(str(error))
            except ConnectionClosed as error:
                self.closes.append(error.rcvd.code if error.rcvd else 1006)
            except OSError as error:
                self.refused.append(repr(error))
            await asyncio.sleep(RECONNECT_AFTER_S)

    def check(self) -> None:
        """Nothing moved back, and nobody came back over a hole."""
        shown = [(_shown_at(frame), frame) for frame in self.frames]
        known = [(at, frame) for at, frame in shown if at is not None]
        back = [(one[1], two[1]) for one, two in pairwise(known) if one[0] > two[0]]
        assert back == [], back
        for visit in self.visits:
            frames = [frame for frame in visit.frames if frame["type"] != "error"]
            if visit.resume and frames:
                first = frames[0]
                if first["type"] == "snapshot":
                    # None: nothing was missed on coming back, and an interruption repaired for all comes later.
                    assert first.get("recovered") in {None, False}, first
                else:
                    # None: nothing was missed, and this is new.
                    assert first.get("recovered") in {None, True}, first
                    assert _epoch(first) == visit.resume.split(":")[0]
                    assert number(first["offset"]) > number(visit.resume)
            for earlier, later in pairwise(frames):
                if later["type"] != "snapshot" and _epoch(earlier) == _epoch(later):
                    assert number(later["offset"]) > number(earlier["offset"])


def _shown_at(frame: dict[str, Any]) -> datetime | None:
    """The time of the position in a frame; None where it has none."""
    position = (frame["position"] or {}) if frame["type"] == "snapshot" else frame
    return datetime.fromisoformat(position["recorded_at"]) if "recorded_at" in position else None


def _epoch(frame: dict[str, Any]) -> str:
    return str(frame["offset"]).split(":")[0]
