"""The OsmAnd protocol as Traccar Client and OsmAnd speak it: a query, a form, or the JSON of Traccar Client 9 and up.

Speeds are knots in queries and forms, metres a second in JSON; batteries percent there and a share here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from realtime.phones.reading import KNOT_MPS, Unusable, measure, moment, number, seq_of
from realtime.protocol import Fix

MAX_FIELDS = 100
MAX_FIXES = 1000


@dataclass(frozen=True, slots=True)
class OsmAndReport:
    """What a phone sent: the token that stands as its id, and its fixes."""

    token: str
    fixes: list[Fix]


def read_osmand(query: bytes, body: bytes, *, received_at: datetime) -> OsmAndReport:
    """Read a request, whichever of its forms it has. Raises Unusable."""
    if body.lstrip()[:1] == b"{":
        return _read_json(body)
    fields = _fields(query) | _fields(body)
    token = fields.get("id") or fields.get("deviceid") or ""
    return OsmAndReport(token, [_fix_of_fields(fields, received_at)])


def _fields(encoded: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(encoded.decode(), max_num_fields=MAX_FIELDS))
    except ValueError:  # no UTF-8, or too many fields
        raise Unusable("neither form fields nor JSON") from None


def _fix_of_fields(fields: Mapping[str, str], received_at: datetime) -> Fix:
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
        accuracy_m=measure(fields.get("accuracy")),
        speed_mps=measure(fields.get("speed"), KNOT_MPS),
        heading_deg=measure(fields.get("bearing", fields.get("heading"))),
        battery=measure(fields.get("batt"), 0.01),
    )


def _read_json(body: bytes) -> OsmAndReport:
    try:
        report = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unusable("not JSON") from None
    token, located = report.get("device_id"), report.get("location")
    places = located if isinstance(located, list) else [located]
    if not places or len(places) > MAX_FIXES or not all(isinstance(place, dict) for place in places):
        raise Unusable(f"location must be an object, or a list of at most {MAX_FIXES}")
    return OsmAndReport(token if isinstance(token, str) else "", [_fix_of_location(place) for place in places])


def _fix_of_location(location: Mapping[str, Any]) -> Fix:
    coords, battery = location.get("coords"), location.get("battery")
    if not isinstance(coords, dict):
        raise Unusable("location.coords is missing")
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
