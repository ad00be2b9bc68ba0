"""Pieces gathered on the disk and written as tiles, one at a time: a country needs no more memory than a town."""

import gzip
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import mapbox_vector_tile
import shapely
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer

from api.basemap.cutting import EXTENT, Piece
from api.basemap.reading import Box
from api.basemap.selection import LAYERS

COPYRIGHT: Final = "https://www.openstreetmap.org/copyright"
ATTRIBUTION: Final = f'<a href="{COPYRIGHT}" target="_blank" rel="noreferrer">© OpenStreetMap contributors</a>'
MERGED: Final = frozenset({"roads", "waterways", "rails", "borders"})


class Pieces:
    """All pieces, in a database of their own that nobody needs afterwards."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
            "CREATE TABLE pieces (tile INTEGER, layer INTEGER, properties TEXT, shape BLOB);"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def add(self, pieces: Iterable[Piece]) -> None:
        """Keep some more."""
        rows = ((one.tile, one.layer, _properties(one), one.shape) for one in pieces)
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO pieces VALUES (?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def count_tiles(self) -> int:
        """In how many tiles something lies."""
        self._database.execute("CREATE INDEX by_tile ON pieces (tile, layer, properties)")
        (count,) = self._database.execute("SELECT count(DISTINCT tile) FROM pieces").fetchone()
        return int(count)

    def tiles(self) -> Iterator[tuple[int, bytes]]:
        """Each tile, packed, in the order in which they are written."""
        rows = self._database.execute(
            "SELECT tile, layer, properties, shape FROM pieces ORDER BY tile, layer, properties"
        )
        for tile, pieces in groupby(rows, itemgetter(0)):
            yield tile, gzip.compress(_tile(pieces), mtime=0)


def _properties(piece: Piece) -> str:
    return json.dumps({"kind": piece.kind, **piece.names}, ensure_ascii=False)


def _tile(pieces: Iterable[tuple[int, int, str, bytes]]) -> bytes:
    layers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (layer, properties), alike in groupby(pieces, itemgetter(1, 2)):
        shapes: list[Any] = [shapely.from_wkb(shape) for *_, shape in alike]
        if LAYERS[layer] in MERGED:  # a street is many ways; joined it is shorter and has one name
            shapes = [shapely.line_merge(shapely.multilinestrings(shapely.get_parts(shapes)))]
        features = layers[LAYERS[layer]]
        features += [{"geometry": shape, "properties": json.loads(properties)} for shape in shapes]
    encoded: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": features} for name, features in layers.items()],
        default_options={"y_coord_down": True, "extents": EXTENT},
    )
    return encoded


def write_file(path: Path, pieces: Pieces, name: str, box: Box, advance: Callable[[], None]) -> None:
    """All tiles as one PMTiles file."""
    with path.open("wb") as file:
        writer = Writer(file)
        for tile, packed in pieces.tiles():
            writer.write_tile(tile, packed)
            advance()
        west, south, east, north = (round(side * 10_000_000) for side in box)
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_zoom": 12,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }
        layers = [{"id": layer, "fields": {"kind": "String"}} for layer in LAYERS]
        writer.finalize(header, {"name": name, "attribution": ATTRIBUTION, "vector_layers": layers})
