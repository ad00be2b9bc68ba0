"""The OsmAnd protocol as Traccar Client, OsmAnd and GPSLogger speak it: a query, a form, or Traccar Client 9's JSON.

Who sends it shows in the shape, and with it the unit of speed. JSON is metres a second. Of queries and forms, OsmAnd
and GPSLogger write the accuracy as ``hdop`` and their speed in metres a second, OsmAnd its time in milliseconds too;
Traccar Client before 9 writes ``accuracy``, ``batt`` and knots. Where a device has a unit of its own, that one counts.
Batteries are percent in queries and forms, a share in JSON.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from realtime.ingest.loose_json import NotJson, read_loosely
from realtime.phones.reading import (
    KMH_MPS,
    KNOT_MPS,
    LAST_SECOND,
    Unusable,
    first_measure,
    measure,
    moment,
    number,
    percent,
    seq_of,
)
from realtime.protocol import Fix

MAX_FIELDS = 100
SPEED_UNITS = {"knots": KNOT_MPS, "kmh": KMH_MPS, "mps": 1.0}


@dataclass(frozen=True, slots=True)
class OsmAndReport:
    """What a phone sent: the token that stands as its id, and where it says it was, to be read one by one."""

    token: str
    fields: Mapping[str, str] | None
    """Of a query or form."""
    locations: list[Any]
    """Of JSON."""
    unusable: str = ""
    """Why nothing can be made of the whole of it."""

    def fixes(self, *, received_at: datetime, speed_unit: str = "auto") -> "Iterator[Fix | Unusable]":
        """Each position, or why it is none. ``speed_unit``: of the device, for queries and forms."""
        if self.unusable:
            yield Unusable(self.unusable)
        if self.fields is not None:
            yield _tried(lambda fields: _fix_of_fields(fields, received_at, speed_unit), self.fields)
        for location in self.locations:
            yield _tried(_fix_of_location, location)


def read_osmand(query: bytes, body: bytes) -> OsmAndReport:
    """Read a request, whichever of its forms it has."""
    try:
        fields = _fields(query)
        if body.lstrip()[:1] in {b"{", b"["}:
            return _read_json(body, fields)
        fields |= _fields(body)
    except Unusable as error:
        return OsmAndReport("", None, [], error.detail)
    return OsmAndReport(_token(fields), fields, [])


def _token(fields: Mapping[str, str]) -> str:
    return fields.get("id") or fields.get("deviceid") or ""


def _tried(read: Any, what: Any) -> "Fix | Unusable":  # noqa: ANN401  # a reader and what it reads
    try:
        found: Fix = read(what)
    except Unusable as error:
        return error
    return found


def _fields(encoded: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(encoded.decode(), max_num_fields=MAX_FIELDS))
    except ValueError:  # no UTF-8, or too many fields
        raise Unusable("neither form fields nor JSON") from None


def _fix_of_fields(fields: Mapping[str, str], received_at: datetime, speed_unit: str) -> Fix:
    if fields.get("valid", "true").lower() not in {"true", "1"}:
        raise Unusable("the phone says that the position is not valid")
    lat, lon = fields.get("lat"), fields.get("lon")
    if "location" in fields:
        lat, _, lon = fields["location"].partition(",")
    recorded_at = moment(fields["timestamp"]) if "timestamp" in fields else received_at
    return Fix(
        seq=seq_of(recorded_at),
        lat=number(lat, "lat"),
        lon=number(lon, "lon"),
        recorded_at=recorded_at,
        accuracy_m=first_measure(fields, "accuracy", "acc", "hdop"),
        speed_mps=measure(fields.get("speed"), SPEED_UNITS.get(speed_unit) or _unit_by_shape(fields)),
        heading_deg=measure(fields.get("bearing", fields.get("heading"))),
        battery=percent(fields.get("batt")),
    )


def _unit_by_shape(fields: Mapping[str, str]) -> float:
    """Metres a second of OsmAnd and GPSLogger, knots of everybody else."""
    if "hdop" in fields:
        return 1.0
    is_traccar = "accuracy" in fields or "batt" in fields
    return 1.0 if not is_traccar and _in_milliseconds(fields.get("timestamp", "")) else KNOT_MPS


def _in_milliseconds(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and float(timestamp) >= LAST_SECOND


def _read_json(body: bytes, fields: Mapping[str, str]) -> OsmAndReport:
    try:
        report = read_loosely(body)
    except NotJson as error:
        return OsmAndReport(_token(fields), None, [], str(error))
    if not isinstance(report, dict):
        return OsmAndReport(_token(fields), None, [], "the JSON must be an object")
    said, located = report.get("device_id"), report.get("location")
    token = said if isinstance(said, str) else _token(fields)
    places = located if isinstance(located, list) else [located]
    if not places:
        return OsmAndReport(token, None, [], "location is an empty list")
    return OsmAndReport(token, None, places)


def _fix_of_location(location: Any) -> Fix:  # noqa: ANN401  # decoded JSON
    coords = location.get("coords") if isinstance(location, dict) else None
    if not isinstance(coords, dict):
        raise Unusable("location.coords is missing")
    battery = location.get("battery")
    recorded_at = moment(location.get("timestamp"))
    return Fix(
        seq=seq_of(recorded_at),
        lat=number(coords.get("latitude"), "latitude"),
        lon=number(coords.get("longitude"), "longitude"),
        recorded_at=recorded_at,
        accuracy_m=measure(coords.get("accuracy")),
        speed_mps=measure(coords.get("speed")),
        heading_deg=measure(coords.get("heading")),
        battery=measure(battery.get("level")) if isinstance(battery, dict) else None,
    )
