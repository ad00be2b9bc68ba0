"""Shapes cut into tiles: projected, made as coarse as a zoom needs, and clipped at the edges of each tile."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pmtiles.tile import zxy_to_tileid

from api.basemap.reading import Box, Found
from api.basemap.selection import LAST_ZOOM, LAYERS, ZOOMS, Kind

EXTENT: Final = 4096
# So far beyond the edge of its tile a shape goes on, or strokes would end there.
MARGIN: Final = 64
# Finer than this nobody sees, in parts of a tile; the last zoom is looked at from nearer still.
COARSE: Final = 4.0
FINE: Final = 1.0
LEAST_SIDE: Final = 24.0
MOST_NORTH: Final = 85.0511
NAMES_FROM_ZOOM: Final = 13

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a thing lies in one tile: ``shape`` is WKB in parts of the tile, y downwards."""

    tile: int
    layer: int
    kind: str
    names: dict[str, str]
    shape: bytes


def to_square(degrees: Numbers) -> Numbers:
    """Degrees to the square of the web's Mercator: 0 to 1, from the north-west."""
    lat = np.radians(np.clip(degrees[:, 1], -MOST_NORTH, MOST_NORTH))
    return np.column_stack((degrees[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * math.pi)))


def cut(found: Sequence[Found], box: Box | None) -> Iterator[Piece]:
    """The pieces of some things on every zoom that shows them; of what lies outside the box none."""
    shapes = shapely.transform(shapely.from_wkb([one.shape for one in found]), to_square)
    if box is not None:
        (west, north), (east, south) = to_square(np.array([[box[0], box[3]], [box[2], box[1]]], dtype=np.float64))
        shapes = shapely.clip_by_rect(shapes, west, north, east, south)
    kinds = [one.kind for one in found]
    kept = np.flatnonzero(~shapely.is_empty(shapes))
    for zoom in ZOOMS:
        shown = np.array([at for at in kept if kinds[at].from_zoom <= zoom], dtype=np.intp)
        if len(shown):
            yield from _cut_at(zoom, [found[at] for at in shown], shapes[shown])


def _cut_at(zoom: int, found: Sequence[Found], shapes: Shapes) -> Iterator[Piece]:
    shapes = shapely.transform(shapes, lambda square: square * (2**zoom * EXTENT))
    shapes = shapely.simplify(shapes, FINE if zoom == LAST_ZOOM else COARSE, preserve_topology=True)
    west, north, east, south = shapely.bounds(shapes).T
    small = (shapely.get_dimensions(shapes) == 2) & (np.maximum(east - west, south - north) < LEAST_SIDE)  # noqa: PLR2004  # areas
    owners: list[int] = []
    places: list[tuple[int, int]] = []
    pieces: list[Any] = []
    for at in np.flatnonzero(~small & ~shapely.is_empty(shapes)).tolist():
        for place, piece in _in_tiles(shapes[at], (west[at], north[at], east[at], south[at]), zoom):
            owners.append(at)
            places.append(place)
            pieces.append(piece)
    if not pieces:
        return
    written = shapely.to_wkb(_within_tiles(np.array(pieces, dtype=object), np.array(places, dtype=np.float64)))
    for owner, (x, y), shape in zip(owners, places, written, strict=True):
        kind = found[owner].kind
        names = found[owner].names if kind.layer == "places" or zoom >= NAMES_FROM_ZOOM else {}
        yield Piece(tile_id(zoom, x, y), _layer_of(kind), kind.name, names, shape)


def _in_tiles(shape: Any, bounds: tuple[float, ...], zoom: int) -> Iterator[tuple[tuple[int, int], Any]]:  # noqa: ANN401  # shapely's own
    """What of a shape lies in each tile that it touches; a point lies in one."""
    margin = 0 if shape.geom_type == "Point" else MARGIN
    west, north, east, south = bounds
    last = 2**zoom - 1
    columns = range(max(0, int((west - margin) // EXTENT)), min(last, int((east + margin) // EXTENT)) + 1)
    rows = range(max(0, int((north - margin) // EXTENT)), min(last, int((south + margin) // EXTENT)) + 1)
    for x in columns:
        for y in rows:
            low = (x * EXTENT - margin, y * EXTENT - margin)
            high = ((x + 1) * EXTENT + margin, (y + 1) * EXTENT + margin)
            whole = low[0] <= west and low[1] <= north and east <= high[0] and south <= high[1]
            piece = shape if whole else shapely.clip_by_rect(shape, *low, *high)
            if not piece.is_empty:
                yield (x, y), piece


def _within_tiles(pieces: Shapes, places: Numbers) -> Shapes:
    """The pieces in whole parts of their tiles."""
    corners, owner = shapely.get_coordinates(pieces, return_index=True)
    shapely.set_coordinates(pieces, np.rint(corners - places[owner] * EXTENT))
    return pieces


@lru_cache(maxsize=65_536)
def tile_id(zoom: int, x: int, y: int) -> int:
    """The number of a tile in a PMTiles file."""
    return int(zxy_to_tileid(zoom, x, y))


def _layer_of(kind: Kind) -> int:
    return LAYERS.index(kind.layer)
