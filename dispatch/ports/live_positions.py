"""Where transporters are, and who is on the map."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Presence(StrEnum):
    """How lately a transporter was heard of."""

    ONLINE = "online"
    STALE = "stale"
    """Silent for a while: still there, but its position is doubtful."""
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LivePosition:
    """The newest accepted fix of a transporter; degrees, metres, UTC."""

    transporter_id: int
    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    presence: Presence = Presence.ONLINE
    recent_mps: float | None = None
    """How fast it goes: the mean over the last minutes where there is one, else what the device says."""
    device: str = ""
    """Which of the transporter's devices said so."""


class LivePlaces(Protocol):
    """Who is on the map at a moment, as columns in the order of their ids; degrees. They change no more."""

    @property
    def transporter_ids(self) -> npt.NDArray[np.int64]: ...

    @property
    def lat(self) -> npt.NDArray[np.float64]: ...

    @property
    def lon(self) -> npt.NDArray[np.float64]: ...

    def position(self, row: int) -> LivePosition:
        """All that is known of one of them."""
        ...


class LivePositions(Protocol):
    """Reads the live positions that the pings keep up to date."""

    async def positions_of(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each transporter that is online; offline ones are missing."""
        ...

    async def places(self) -> LivePlaces:
        """Everybody who is online or stale, at once: for what is asked of thousands."""
        ...

    async def last_known(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each, however long ago; those of whom nothing was heard, or who were removed, are missing."""
        ...

    async def presences(self) -> dict[int, Presence]:
        """Everyone who is online or stale; whoever is missing is offline."""
        ...

    async def nearby(self, lat: float, lon: float, radius_m: float, limit: int) -> list[tuple[int, float]]:
        """Online transporters within ``radius_m`` of a point as ``(transporter_id, distance_m)``, nearest first."""
        ...


class LivePresence(Protocol):
    """Knows who is on the map."""

    async def remove(self, transporter_id: int) -> None:
        """Take a transporter off the map, as if it had gone offline."""
        ...
