"""Which column of a CSV is what: header names as the world writes them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from api.replay.errors import UnusableFile

# In order of preference; the first that the header has counts.
VEHICLE = (
    "vehicle_id", "vehicle", "vehicle_ref", "vehicle_number", "vehicle_name", "device_id", "device", "imei",
    "tracker_id", "unit_id", "bus_id", "taxi_id", "cab_id", "car_id", "truck_id", "driver_id", "courier_id",
    "transporter_id", "entity_id", "object_id", "mmsi", "trajectory_id", "traj_id", "track_id",
    "individual_local_identifier", "id",
)  # fmt: skip
TIME = (
    "recorded_at", "recorded_at_time", "timestamp", "datetime", "date_time", "event_time", "gps_time", "gps_timestamp",
    "device_time", "fix_time", "position_time", "measured_at", "observed_at", "time", "ts", "t", "date",
)  # fmt: skip
LATITUDE = ("latitude", "lat", "gps_latitude", "gps_lat", "position_latitude", "position_lat")
LONGITUDE = ("longitude", "lon", "lng", "long", "gps_longitude", "gps_lon", "gps_lng", "position_longitude")
HEADING = ("bearing", "heading", "course", "azimuth", "cog")
# Too general to be looked for at the end of a longer name.
_WHOLE_ONLY = {"id", "t", "date"}
_LATER_WORDS = {"deg", "degree", "degrees", "wgs84", "utc", "gmt", "ms", "s", "sec", "seconds", "iso", "epoch", "unix"}
_SPEED = re.compile(r"(?:^|_)(?:speed|velocity)_(?P<unit>.+)$")
_METRES_A_SECOND = {
    "mps": 1.0, "ms": 1.0, "m_s": 1.0, "m_s_1": 1.0, "meters_per_second": 1.0, "metres_per_second": 1.0,
    "kmh": 1 / 3.6, "km_h": 1 / 3.6, "kph": 1 / 3.6, "kmph": 1 / 3.6,
    "mph": 0.44704, "kn": 1852 / 3600, "kt": 1852 / 3600, "kts": 1852 / 3600, "knots": 1852 / 3600,
}  # fmt: skip

NAMES_SHOWN = 12

Kind = Literal["vehicle", "time", "latitude", "longitude"]
_WANTED: Mapping[Kind, tuple[str, ...]] = {
    "vehicle": VEHICLE,
    "time": TIME,
    "latitude": LATITUDE,
    "longitude": LONGITUDE,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns in a row. ``speed_factor`` turns the file's speed into metres a second."""

    vehicle: int
    time: int
    latitude: int
    longitude: int
    heading: int | None
    speed: int | None
    speed_factor: float
    date: int | None
    """The day, where ``time`` may be a bare clock time."""
    names: Mapping[Kind, str]
    """What the file calls them, for messages."""

    @property
    def last_needed(self) -> int:
        """A row that ends before it is of no use."""
        return max(self.vehicle, self.time, self.latitude, self.longitude)


def normal_name(name: str) -> str:
    """``vehicleId``, ``Vehicle ID`` and ``vehicle-id`` are all ``vehicle_id``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", parted.lower()).strip("_")


def find_columns(header: Sequence[str]) -> Columns:
    """Recognise a header. Raises UnusableFile with what is missing or ambiguous."""
    normal = [normal_name(name) for name in header]
    short = [_without_unit(name) for name in normal]
    found: dict[Kind, int] = {}
    problems: list[str] = []
    for kind, wanted in _WANTED.items():
        candidates = _candidates(short, wanted)
        if len(candidates) == 1:
            found[kind] = candidates[0]
        elif candidates:
            problems.append(f"more than one {kind} column: {_quoted(header[at] for at in candidates)}")
        else:
            problems.append(f"no {kind} column (such as {', '.join(wanted[:3])})")
    if problems:
        raise UnusableFile(f"{'; '.join(problems)}. The first line has {_quoted(header)}.")
    heading = _candidates(short, HEADING)
    speed, factor = _speed(normal)
    return Columns(
        **found,
        heading=heading[0] if len(heading) == 1 else None,
        speed=speed,
        speed_factor=factor,
        date=short.index("date") if "date" in short and found["time"] != short.index("date") else None,
        names={kind: header[at].strip() for kind, at in found.items()},
    )


def count_known(header: Sequence[str]) -> int:
    """How many of the four needed columns a header seems to have; to tell which delimiter is the right one."""
    short = [_without_unit(normal_name(name)) for name in header]
    return sum(bool(_candidates(short, wanted)) for wanted in _WANTED.values())


def _candidates(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The best exact name, else every column that ends in one (``gps.position.lat``)."""
    for name in wanted:
        if name in names:
            return [names.index(name)]
    ends = tuple(f"_{end}" for end in wanted if end not in _WHOLE_ONLY)
    return [at for at, name in enumerate(names) if name.endswith(ends)]


def _without_unit(name: str) -> str:
    words = name.split("_")
    while len(words) > 1 and words[-1] in _LATER_WORDS:
        words.pop()
    return "_".join(words)


def _speed(names: Sequence[str]) -> tuple[int | None, float]:
    """Speed counts only where the header names its unit."""
    for at, name in enumerate(names):
        named = _SPEED.search(name)
        factor = _METRES_A_SECOND.get(named["unit"]) if named else None
        if factor is not None:
            return at, factor
    return None, 1.0


def _quoted(names: Iterable[str]) -> str:
    shown = [f"“{name.strip()[:40]}”" for name in names]
    more = len(shown) - NAMES_SHOWN
    return ", ".join(shown[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
