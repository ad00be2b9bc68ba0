"""The way of a delivery as GeoJSON and GPX, written piece by piece: tens of thousands of points are common."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from msgspec import Struct

from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.path import DeliveryPath, PathPoint

# Some milliseconds of work, and about 100 KB.
AT_ONCE = 1_000
GPX = "http://www.topografix.com/GPX/1/1"


class PathLine(Struct, frozen=True, tag_field="type", tag="LineString"):
    """A way without gaps: longitude and latitude of each point, degrees."""

    coordinates: list[list[float]]


class PathLines(Struct, frozen=True, tag_field="type", tag="MultiLineString"):
    """A way with gaps where nothing was heard."""

    coordinates: list[list[list[float]]]


class PathPlace(Struct, frozen=True, tag_field="type", tag="Point"):
    """The only place that is known: longitude and latitude, degrees."""

    coordinates: list[float]


class PathProperties(Struct, frozen=True):
    """Of which delivery the way is, its length in metres, and when each point of each line was recorded."""

    delivery_id: int
    tracking_number: str
    status: DeliveryStatus
    distance_m: float
    points: int
    started_at: datetime | None
    ended_at: datetime | None
    times: list[datetime | list[datetime]]


class PathFeature(Struct, frozen=True, tag_field="type", tag="Feature"):
    """The way of a delivery as a GeoJSON feature (RFC 7946). It is written piece by piece, in this form."""

    geometry: PathLine | PathLines | PathPlace | None
    properties: PathProperties


async def in_turns(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, between which others have their turn."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def geojson_pieces(path: DeliveryPath) -> Iterator[bytes]:
    """A GeoJSON feature (RFC 7946): a line, with gaps where nothing was heard, a time for each of its points."""
    lines = [part for part in path.parts if len(part) > 1]
    yield b'{"type":"Feature","geometry":'
    if lines:
        yield b'{"type":"%s","coordinates":' % (b"LineString" if len(lines) == 1 else b"MultiLineString")
        yield from _json_lists(lines, lambda point: [point.lon, point.lat])
        yield b"}"
    else:
        yield json.dumps(_point(path)).encode()
    yield b',"properties":' + json.dumps(_properties(path)).encode()[:-1] + b',"times":'
    yield from _json_lists(lines, lambda point: _time(point.recorded_at))
    yield b"}}"


def _json_lists(lines: Sequence[Sequence[PathPoint]], written: Any) -> Iterator[bytes]:  # noqa: ANN401  # to any JSON
    """One list a line, in a list where it is not one line."""
    alone = len(lines) == 1
    yield b"" if alone else b"["
    for number, line in enumerate(lines):
        yield b",[" if number else b"["
        for start, some in _some(line):
            yield (b"," if start else b"") + json.dumps([written(point) for point in some]).encode()[1:-1]
        yield b"]"
    yield b"" if alone else b"]"


def _point(path: DeliveryPath) -> dict[str, Any] | None:
    if not path.parts:
        return None
    first = path.parts[0][0]
    return {"type": "Point", "coordinates": [first.lon, first.lat]}


def _properties(path: DeliveryPath) -> dict[str, Any]:
    return {
        "delivery_id": path.delivery.id,
        "tracking_number": path.delivery.tracking_number,
        "status": path.delivery.status.value,
        "distance_m": round(path.distance_m, 1),
        "points": path.count,
        "started_at": _time(path.parts[0][0].recorded_at) if path.parts else None,
        "ended_at": _time(path.parts[-1][-1].recorded_at) if path.parts else None,
    }


def gpx_pieces(path: DeliveryPath) -> Iterator[bytes]:
    """A GPX 1.1 track; a silence begins a new segment."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx xmlns="{GPX}" version="1.1" creator="dispatch-server"><trk>'
        f"<name>{escape(path.delivery.tracking_number)}</name><desc>Total distance {path.distance_m:.0f} m</desc>"
    ).encode()
    for part in path.parts:
        yield b"<trkseg>"
        for _, some in _some(part):
            yield "".join(_gpx_points(some)).encode()
        yield b"</trkseg>"
    yield b"</trk></gpx>"


def _gpx_points(points: Iterable[PathPoint]) -> Iterator[str]:
    for point in points:
        yield f'<trkpt lat="{point.lat:.7f}" lon="{point.lon:.7f}"><time>{_time(point.recorded_at)}</time></trkpt>'


def _some(points: Sequence[PathPoint]) -> Iterator[tuple[int, Sequence[PathPoint]]]:
    for start in range(0, len(points), AT_ONCE):
        yield start, points[start : start + AT_ONCE]


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
