"""Which column of a CSV is what: header names as the world writes them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.units import METRES_A_SECOND, PLACE_UNITS, TIME_UNITS, Time, without_unit

# In order of preference; the first that the header has counts.
VEHICLE = (
    "vehicle_id", "vehicle", "vehicle_ref", "vehicle_number", "vehicle_name", "veh_id", "veh", "device_id", "device",
    "imei", "tracker_id", "tracker", "unit_id", "bus_id", "taxi_id", "cab_id", "car_id", "truck_id", "driver_id",
    "driver", "courier_id", "courier", "rider_id", "transporter_id", "asset_id", "entity_id", "object_id", "mmsi",
    "icao24", "icao", "trajectory_id", "traj_id", "track_id", "license_plate", "plate", "individual_local_identifier",
    "id",
)  # fmt: skip
TIME = (
    "recorded_at", "recorded_at_time", "timestamp", "datetime", "date_time", "event_time", "gps_time", "gps_timestamp",
    "device_time", "fix_time", "position_time", "measured_at", "observed_at", "time", "ts", "t", "date",
)  # fmt: skip
LATITUDE = ("latitude", "lat", "gps_latitude", "gps_lat", "position_latitude", "position_lat")
LONGITUDE = ("longitude", "lon", "lng", "long", "gps_longitude", "gps_lon", "gps_lng", "position_longitude")
HEADING = ("bearing", "heading", "course", "azimuth", "cog")
DATE = ("date", "day", "gps_date", "utc_date", "local_date")
NORTH_SOUTH = (
    "n_s", "ns", "north_south", "lat_dir", "lat_ref", "lat_hemi", "lat_hemisphere", "latitude_ref", "latitude_dir",
    "latitude_hemisphere", "ns_indicator", "n_s_indicator", "gps_latitude_ref", "latitude_n_s", "lat_n_s", "lat_ns",
)  # fmt: skip
EAST_WEST = (
    "e_w", "ew", "east_west", "lon_dir", "lon_ref", "lon_hemi", "lon_hemisphere", "longitude_ref", "longitude_dir",
    "longitude_hemisphere", "ew_indicator", "e_w_indicator", "gps_longitude_ref", "longitude_e_w", "lon_e_w", "lon_ew",
    "lng_dir", "lng_ref", "long_dir",
)  # fmt: skip
# Too general to be looked for at the end of a longer name.
_WHOLE_ONLY = {"id", "t", "date", "veh", "driver", "plate", "tracker", "courier", "icao"}
_SPEED = re.compile(r"(?:^|_)(?:speed|velocity|sog)(?:_over_ground)?(?:_(?P<unit>.+))?$")
# Columbus loggers write the letter behind the number, and say so in the header.
_WITH_LETTER = re.compile(r"_(?:n_s|e_w)$")

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

    vehicle: int | None
    """None where the file is one vehicle's and has no such column."""
    time: int
    latitude: int
    longitude: int
    north_south: int | None
    """Letters that say the hemisphere."""
    east_west: int | None
    heading: int | None
    speed: int | None
    speed_factor: float
    date: int | None
    """The day, where ``time`` may be a bare clock time."""
    time_unit: Time | None
    """As the header names it."""
    latitude_unit: float | str | None
    longitude_unit: float | str | None
    names: Mapping[Kind, str]
    """What the file calls them, for messages."""
    unread: tuple[str, ...]
    """Columns that mean something but not what: a speed without a unit, say."""
    width: int

    @property
    def last_needed(self) -> int:
        """A row that ends before it is of no use."""
        return max(self.vehicle or 0, self.time, self.latitude, self.longitude)


def normal_name(name: str) -> str:
    """``vehicleId``, ``Vehicle ID`` and ``vehicle-id`` are all ``vehicle_id``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", parted.replace("°", " deg ").lower()).strip("_")


def find_columns(header: Sequence[str], *, one_vehicle: bool = False) -> Columns:
    """Recognise a header. ``one_vehicle``: it needs no column for it. Raises UnusableFile with what is missing."""
    normal = [normal_name(name) for name in header]
    found, problems = _needed(header, normal, one_vehicle=one_vehicle)
    if problems:
        raise UnusableFile(f"{'; '.join(problems)}. The first line has {_quoted(header)}.")
    heading = _candidates([without_unit(name, {"deg": 1, "degrees": 1})[0] for name in normal], HEADING)
    speed, factor, unitless = _speed(normal)
    dates = [at for name in DATE for at, other in enumerate(normal) if other == name and at != found["time"]]
    return Columns(
        vehicle=found.get("vehicle"),
        time=found["time"],
        latitude=found["latitude"],
        longitude=found["longitude"],
        north_south=_only(normal, NORTH_SOUTH, found["latitude"]),
        east_west=_only(normal, EAST_WEST, found["longitude"]),
        heading=heading[0] if len(heading) == 1 else None,
        speed=speed,
        speed_factor=factor,
        date=dates[0] if dates else None,
        time_unit=without_unit(normal[found["time"]], TIME_UNITS)[1],
        latitude_unit=without_unit(normal[found["latitude"]], PLACE_UNITS)[1],
        longitude_unit=without_unit(normal[found["longitude"]], PLACE_UNITS)[1],
        names={kind: header[at].strip() for kind, at in found.items()},
        unread=tuple(f"“{header[at].strip()}” names no unit and was not read" for at in unitless),
        width=len(header),
    )


def _needed(header: Sequence[str], normal: Sequence[str], *, one_vehicle: bool) -> tuple[dict[Kind, int], list[str]]:
    found: dict[Kind, int] = {}
    problems: list[str] = []
    for kind, wanted in _WANTED.items():
        candidates = _candidates(_short(normal, kind), wanted)
        if kind == "vehicle" and one_vehicle:
            if any(normal[at] != "id" for at in candidates):
                problems.append(
                    f"it has a vehicle column, {_quoted(header[at] for at in candidates)}: leave --vehicle out"
                )
        elif len(candidates) == 1:
            found[kind] = candidates[0]
        elif candidates:
            problems.append(f"more than one {kind} column: {_quoted(header[at] for at in candidates)}")
        else:
            hint = "; for a file of one vehicle say --vehicle NAME" if kind == "vehicle" else ""
            problems.append(f"no {kind} column (such as {', '.join(wanted[:3])}{hint})")
    return found, problems


def count_known(header: Sequence[str]) -> int:
    """How many of the four needed columns a header seems to have; to tell which delimiter is the right one."""
    normal = [normal_name(name) for name in header]
    return sum(bool(_candidates(_short(normal, kind), wanted)) for kind, wanted in _WANTED.items())


def _short(names: Sequence[str], kind: Kind) -> list[str]:
    """The names without units that such a column may have."""
    if kind == "vehicle":
        return list(names)
    if kind == "time":
        return [without_unit(name, TIME_UNITS)[0] for name in names]
    return [_WITH_LETTER.sub("", without_unit(name, PLACE_UNITS)[0]) for name in names]


def _candidates(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The best exact name, else every column that ends in one (``gps.position.lat``)."""
    for name in wanted:
        if name in names:
            return [names.index(name)]
    ends = tuple(f"_{end}" for end in wanted if end not in _WHOLE_ONLY)
    return [at for at, name in enumerate(names) if name.endswith(ends)]


def _only(names: Sequence[str], wanted: Sequence[str], beside: int) -> int | None:
    found = [at for at, name in enumerate(names) if name in wanted and at != beside]
    return found[0] if len(found) == 1 else None


def _speed(names: Sequence[str]) -> tuple[int | None, float, list[int]]:
    """Speed counts only where the header names its unit; columns where it does not come last."""
    unitless = []
    for at, name in enumerate(names):
        named = _SPEED.search(name)
        factor = METRES_A_SECOND.get(named["unit"]) if named and named["unit"] else None
        if factor is not None:
            return at, factor, []
        if named:
            unitless.append(at)
    return None, 1.0, unitless


def _quoted(names: Iterable[str]) -> str:
    shown = [f"“{name.strip()[:40]}”" for name in names]
    more = len(shown) - NAMES_SHOWN
    return ", ".join(shown[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
