"""What is drawn, out of an OpenStreetMap file, in a stream: the file may be larger than the memory."""

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import osmium

from api.basemap.selection import (
    AREA_KEYS,
    LINE_KEYS,
    PLACE_KEY,
    Kind,
    area_kind,
    border_kind,
    line_kind,
    names_of,
    place_kind,
)
from dispatch.errors import OperatorError

BORDER_KEY: Final = "boundary"
NO_ROOM: Final = "Could not resize file"  # osmium's words
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing to draw: ``shape`` is WKB in hexadecimal digits, in degrees."""

    kind: Kind
    names: dict[str, str]
    shape: str


def covered_box(path: Path) -> Box | None:
    """What the file says that it covers; None where it does not say. Raises OperatorError where it is no map."""
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            box = reader.header().box()
    except RuntimeError as error:
        raise _unreadable(path, error) from None
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return (low.lon, low.lat, high.lon, high.lat)


def read(path: Path, nodes_file: Path) -> Iterator[Found]:
    """Everything that is drawn. ``nodes_file``: where places of nodes lie meanwhile. Raises OperatorError, or OSError
    where that file finds no room.
    """
    try:
        borders = _border_levels(path)
        yield from _read(path, nodes_file, borders)
    except RuntimeError as error:
        if NO_ROOM in str(error):
            raise OSError(errno.ENOSPC, str(error), str(nodes_file)) from None
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: RuntimeError) -> OperatorError:
    why = str(error).partition("\n")[0].rstrip(".")[:200]
    return OperatorError(f"{path} cannot be read as an OpenStreetMap file ({why}). An extract ends in .osm.pbf.")


def _border_levels(path: Path) -> dict[int, int]:
    """Of each way that is a border the widest thing that it bounds; relations know it, ways often do not."""
    levels: dict[int, int] = {}
    things = osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter(BORDER_KEY))
    relations: Iterable[Any] = things
    for relation in relations:
        level: str = relation.tags.get("admin_level", "")
        if relation.tags.get(BORDER_KEY) != "administrative" or not level.isdecimal():
            continue
        for member in relation.members:
            if member.type == "w":
                levels[member.ref] = min(int(level), levels.get(member.ref, 99))
    return levels


def _read(path: Path, nodes_file: Path, borders: dict[int, int]) -> Iterator[Found]:
    factory = osmium.geom.WKBFactory()
    things = (
        osmium.FileProcessor(str(path))
        .with_locations(f"sparse_file_array,{nodes_file}")
        .with_areas(osmium.filter.KeyFilter(*AREA_KEYS))
        .with_filter(osmium.filter.KeyFilter(*LINE_KEYS, *AREA_KEYS, PLACE_KEY, BORDER_KEY))
    )
    for thing in things:
        found = _found(thing, borders, factory)
        if found is not None:
            yield found


def _found(thing: Any, borders: dict[int, int], factory: Any) -> Found | None:  # noqa: ANN401  # osmium's own
    tags = {tag.k: tag.v for tag in thing.tags}
    if thing.is_way():
        kind = line_kind(tags) or _border_of(thing.id, tags, borders)
        shape = None if kind is None else _line(thing, factory)
    elif thing.is_area():
        kind = area_kind(tags)
        shape = None if kind is None else _area(thing, factory)
    elif thing.is_node():
        kind = place_kind(tags)
        shape = None if kind is None else factory.create_point(thing)
    else:
        return None
    if kind is None or shape is None:
        return None
    return Found(kind, names_of(tags) if kind.layer in {"roads", "places"} else {}, shape)


def _border_of(way: int, tags: dict[str, str], borders: dict[int, int]) -> Kind | None:
    if tags.get(BORDER_KEY) != "administrative":
        return None
    own = tags.get("admin_level", "")
    return border_kind(borders.get(way, int(own) if own.isdecimal() else 99))


def _line(way: Any, factory: Any) -> str | None:  # noqa: ANN401  # osmium's own
    """None for a way that an extract cut away."""
    try:
        return str(factory.create_linestring(way))
    except (osmium.InvalidLocationError, RuntimeError):
        return None


def _area(area: Any, factory: Any) -> str | None:  # noqa: ANN401  # osmium's own
    """None for what is no area on the ground, such as a ring that crosses itself."""
    try:
        return str(factory.create_multipolygon(area))
    except (osmium.InvalidLocationError, RuntimeError):
        return None
