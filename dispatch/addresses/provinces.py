"""Nepal's seven provinces and 77 districts, by whichever of their names somebody writes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files

from dispatch.database.search import folded_text


@dataclass(frozen=True, slots=True)
class District:
    """A district; ``lat`` and ``lon`` are those of its seat in degrees, near enough to tell short Plus Codes apart."""

    id: str
    en: str
    ne: str
    also: tuple[str, ...]
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Province:
    """A province by its number in the constitution, with its districts by their English names."""

    id: str
    number: int
    en: str
    ne: str
    also: tuple[str, ...]
    districts: tuple[District, ...]


def _read() -> tuple[Province, ...]:
    told = json.loads((files(__package__) / "provinces.json").read_text(encoding="utf-8"))
    provinces = []
    for one in told:
        districts = tuple(District(**found | {"also": tuple(found["also"])}) for found in one.pop("districts"))
        provinces.append(Province(**one | {"also": tuple(one["also"]), "districts": districts}))
    return tuple(provinces)


def _by_name(of: Iterable[tuple[Province, District | None]]) -> dict[str, tuple[Province, District | None]]:
    found: dict[str, tuple[Province, District | None]] = {}
    for province, district in of:
        what = district or province
        for name in (what.id, what.en, what.ne, *what.also):
            found[_key(name)] = (province, district)
    return found


def _key(name: str) -> str:
    """However it is typed: capitals, blanks, hyphens, composed or not."""
    told = folded_text(name).casefold().removesuffix(" district")
    return "".join(sign for sign in told if sign not in " -.,()")


def names_like(name: str) -> list[str]:
    """English names of districts that somebody may have meant."""
    close = get_close_matches(_key(name), list(_DISTRICTS), n=1)
    return [district.en for key in close if (district := _DISTRICTS[key][1]) is not None]


PROVINCES = _read()
_PROVINCES = _by_name((province, None) for province in PROVINCES)
_DISTRICTS = _by_name((province, district) for province in PROVINCES for district in province.districts)


def find_province(name: str) -> Province | None:
    """The province of a name, such as `Bagmati`, `बागमती` or `Province 3`."""
    found = _PROVINCES.get(_key(name))
    return None if found is None else found[0]


def find_district(name: str) -> tuple[Province, District] | None:
    """The district of a name, such as `Kavre` or `काभ्रेपलाञ्चोक`, with its province."""
    province, district = _DISTRICTS.get(_key(name), (None, None))
    return None if province is None or district is None else (province, district)
