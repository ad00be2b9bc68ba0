"""What of OpenStreetMap is drawn, as which kind, from which zoom on. All else is left out, buildings first of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ZOOMS: Final = range(8, 15)
LAST_ZOOM: Final = ZOOMS[-1]
LAYERS: Final = ("land", "water", "waterways", "borders", "rails", "roads", "places")
# What the filters of the reader let through.
LINE_KEYS: Final = ("highway", "railway", "waterway", "natural")
AREA_KEYS: Final = ("natural", "landuse", "leisure", "waterway")
PLACE_KEY: Final = "place"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: the layer that it is drawn in, its name there, and the first zoom that shows it."""

    layer: str
    name: str
    from_zoom: int


_ROADS: Final = {
    **dict.fromkeys(("motorway", "trunk"), Kind("roads", "motorway", 8)),
    "primary": Kind("roads", "main", 8),
    "secondary": Kind("roads", "main", 10),
    "tertiary": Kind("roads", "middle", 11),
    **dict.fromkeys(("unclassified", "residential", "living_street", "road"), Kind("roads", "minor", 12)),
    **dict.fromkeys(("pedestrian", "service", "track"), Kind("roads", "service", 13)),
    **dict.fromkeys(("path", "footway", "steps", "cycleway", "bridleway"), Kind("roads", "path", 14)),
}
_RAILS: Final = dict.fromkeys(("rail", "narrow_gauge", "light_rail", "subway"), Kind("rails", "rail", 11))
_WATERWAYS: Final = {
    "river": Kind("waterways", "river", 8),
    "canal": Kind("waterways", "canal", 11),
    **dict.fromkeys(("stream", "drain"), Kind("waterways", "stream", 13)),
}
_COAST: Final = Kind("waterways", "coast", 8)
_WATER: Final = Kind("water", "water", 8)
_GREEN: Final = {
    ("leisure", "park"): Kind("land", "park", 10),
    ("leisure", "garden"): Kind("land", "park", 13),
    ("leisure", "golf_course"): Kind("land", "park", 12),
    ("leisure", "nature_reserve"): Kind("land", "wood", 9),
    ("landuse", "forest"): Kind("land", "wood", 9),
    ("natural", "wood"): Kind("land", "wood", 9),
    ("landuse", "grass"): Kind("land", "park", 14),
    ("landuse", "cemetery"): Kind("land", "park", 13),
    ("landuse", "recreation_ground"): Kind("land", "park", 13),
}
_PLACES: Final = {
    "city": Kind("places", "city", 8),
    "town": Kind("places", "town", 9),
    "suburb": Kind("places", "suburb", 11),
    "village": Kind("places", "village", 12),
    "quarter": Kind("places", "suburb", 13),
    **dict.fromkeys(("neighbourhood", "hamlet", "locality"), Kind("places", "hamlet", 13)),
}
_BORDERS: Final = {
    2: Kind("borders", "country", 8),
    4: Kind("borders", "province", 8),
    6: Kind("borders", "district", 8),
}

Tags = Mapping[str, str]


def line_kind(tags: Tags) -> Kind | None:
    """What a way is as a line."""
    road = tags.get("highway")
    if road is not None:
        return None if tags.get("area") == "yes" else _ROADS.get(road.removesuffix("_link"))
    if tags.get("natural") == "coastline":
        return _COAST
    return _RAILS.get(tags.get("railway", "")) or _WATERWAYS.get(tags.get("waterway", ""))


def area_kind(tags: Tags) -> Kind | None:
    """What a closed way or a relation of ways is as an area."""
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        return _WATER
    if tags.get("landuse") in {"reservoir", "basin"}:
        return _WATER
    return next((kind for (key, value), kind in _GREEN.items() if tags.get(key) == value), None)


def place_kind(tags: Tags) -> Kind | None:
    """What a point with a name is."""
    return _PLACES.get(tags.get(PLACE_KEY, "")) if "name" in tags else None


def border_kind(level: int) -> Kind | None:
    """What a border of this ``admin_level`` is: 2 countries, 4 provinces, 6 districts as Nepal counts them."""
    return _BORDERS.get(level)


def names_of(tags: Tags) -> dict[str, str]:
    """The name, and those of our two languages where they are others."""
    name = tags.get("name")
    if name is None:
        return {}
    others = {f"name_{code}": tags.get(f"name:{code}", name) for code in ("en", "ne")}
    return {"name": name} | {key: value for key, value in others.items() if value != name}
