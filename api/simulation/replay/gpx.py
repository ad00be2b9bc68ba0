"""GPX 1.0 and 1.1, and what writes neither namespace: each track is a vehicle, its segments one after another."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from api.simulation.replay.errors import BadRow, UnusableFile
from api.simulation.replay.places import LATITUDE, LONGITUDE, degrees
from api.simulation.replay.times import time_column
from api.simulation.replay.traces import Collected, Reading, Row, printable
from api.simulation.replay.units import Time

MAX_POINTS = 5_000_000
MAX_DEPTH = 50
MAX_TEXT = 10_000
CHUNK = 64 * 1024
MAX_SPEED_MPS, MAX_HEADING = 1_000.0, 360.0
NAMELESS = "track"


class _Source(Protocol):
    """Bytes to read."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class _Point:
    line: int
    lat: str
    lon: str
    time: str = ""
    more: dict[str, str] = field(default_factory=dict)


class _Target:
    """Hears of elements as the parser finds them; keeps points, never a tree."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.tracks: list[tuple[str, list[_Point]]] = []
        self.others: list[tuple[str, int]] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._size = 0
        self._count = 0
        self._point: _Point | None = None

    @property
    def line(self) -> int:
        """Where the parser is."""
        return int(self.parser.parser.CurrentLineNumber)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2]
        if not self._open and name != "gpx":
            raise UnusableFile(f"it is XML, but no GPX: its root is <{name[:40]}>")
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            raise UnusableFile("its elements are nested too deeply for a GPX")
        if name == "trk":
            self.tracks.append(("", []))
        elif name == "trkpt":
            self._begin_point(attributes)
        elif name in {"wpt", "rtept"}:
            self.others.append((name, self.line))
        self._text, self._size = [], 0

    def data(self, text: str) -> None:
        """Text, maybe in parts."""
        self._size += len(text)
        if self._size <= MAX_TEXT:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        name, text = tag.rpartition("}")[2], "".join(self._text).strip()
        self._open.pop()
        self._text = []
        if self._point is not None:
            if name == "trkpt":
                self._point = None
            elif name == "time" and self._open[-1] == "trkpt":
                self._point.time = text
            elif name in {"speed", "course"}:
                self._point.more[name] = text
        elif name == "name" and self._open[-1] == "trk":
            self.tracks[-1] = (text, self.tracks[-1][1])

    def close(self) -> None:
        """The document ends."""

    def _begin_point(self, attributes: dict[str, str]) -> None:
        if not self.tracks:
            raise UnusableFile(f"a <trkpt> stands outside of a track (line {self.line})")
        self._count += 1
        if self._count > MAX_POINTS:
            raise UnusableFile(f"it has more than {MAX_POINTS:,} points")
        self._point = _Point(self.line, attributes.get("lat", ""), attributes.get("lon", ""))
        self.tracks[-1][1].append(self._point)


def read_gpx(content: _Source, said: Reading, into: Collected) -> None:
    """Everything that the file holds. Raises UnusableFile."""
    target = _parsed(content)
    points = [point for _, track in target.tracks for point in track]
    if not points:
        raise UnusableFile("it is GPX without a point of a track; waypoints and routes have no times to replay")
    for kind, line in target.others:
        into.remark(f"a <{kind}> belongs to no track", line)
    times = time_column([(point.time, "") for point in points], name="time", asked=said.time or Time.YEAR_FIRST)
    into.time_way = times.way.value
    for number, (name, track) in enumerate(target.tracks, 1):
        vehicle = said.vehicle or printable(name) or (NAMELESS if len(target.tracks) == 1 else f"{NAMELESS} {number}")
        for point in track:
            try:
                time_ms, bare = times.read(point.time, "")
                lat = degrees(point.lat, None, LATITUDE, 1.0)
                lon = degrees(point.lon, None, LONGITUDE, 1.0)
            except BadRow as reason:
                into.leave_out(str(reason), point.line)
                continue
            speed = _measure(point, "speed", MAX_SPEED_MPS, into)
            course = _measure(point, "course", MAX_HEADING, into)
            into.take(vehicle, Row(time_ms, point.line, lat, lon, speed, course), bare=bare)


def _parsed(content: _Source) -> _Target:
    target = _Target()
    # No document type, no entities: what they are good for in a GPX is an attack.
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.parser = parser
    try:
        while chunk := content.read(CHUNK):
            parser.feed(chunk)
        parser.close()
    except DefusedXmlException:
        raise UnusableFile("it is XML with a document type or entities, which no GPX needs") from None
    except (SyntaxError, ExpatError) as error:  # ParseError is a SyntaxError
        raise UnusableFile(f"it is no well-formed XML: {error}") from None
    except (LookupError, ValueError) as error:
        raise UnusableFile(f"its XML cannot be read: {error}") from None
    return target


def _measure(point: _Point, name: str, highest: float, into: Collected) -> float | None:
    """Metres a second and degrees, as both versions and the extensions of loggers have them."""
    text = point.more.get(name, "")
    if not text:
        return None
    try:
        number = degrees(text, None, LATITUDE, 1.0)
    except BadRow:
        into.remark(f"a <{name}> that is not a number", point.line)
        return None
    return number if 0 <= number <= highest else None
