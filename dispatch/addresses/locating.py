"""What is said of a place, brought together: district and province, Plus Code and point. All that is wrong is named."""

import unicodedata
from dataclasses import dataclass

from dispatch.addresses.plus_codes import NotAPlusCode, decode, is_full, is_short, recover
from dispatch.addresses.provinces import District, find_district, find_province, names_like
from dispatch.errors import Invalid
from dispatch.geo import great_circle_m

# A code of eight digits is 275 m wide; whoever sets a pin beside one means the same house.
CODE_FROM_POINT_M = 1_000
# No place of a district is farther from its seat.
DISTRICT_RADIUS_M = 200_000
NO_CODE = "must be a Plus Code, like 7MV7P88F+VJ, or P88F+VJ beside a district or a point"
NO_REFERENCE = "is a short Plus Code: say the district or a point near it as well, or all eight signs before the +"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote; empty or None where nothing was."""

    state: str = ""
    district: str = ""
    plus_code: str = ""
    lat: float | None = None
    lon: float | None = None


def located(said: Said) -> Said:
    """The same as it is kept: names of district and province in English, the code in full, the point of the code
    where none was given. A province without a district stays as it was written. Raises Invalid.
    """
    problems: dict[str, str] = {}
    state, found = _place_names(said, problems)
    point = None if said.lat is None or said.lon is None else (said.lat, said.lon)
    code, point = _code_and_point(said, point, found, problems)
    if found is not None and point is not None and _apart_m(point, (found.lat, found.lon)) > DISTRICT_RADIUS_M:
        km = _apart_m(point, (found.lat, found.lon)) / 1000
        problems.setdefault("district", f"lies {km:.0f} km from the place that is given beside it")
    if problems:
        raise Invalid("The address does not fit together.", fields=problems)
    lat, lon = point or (None, None)
    return Said(state, found.en if found else "", code, lat, lon)


def _place_names(said: Said, problems: dict[str, str]) -> tuple[str, District | None]:
    """Province and district."""
    if not said.district:
        return said.state, None
    found = find_district(said.district)
    if found is None:
        meant = "".join(f"; did you mean {name}?" for name in names_like(said.district))
        problems["district"] = f"must be one of Nepal's 77 districts, in English or Nepali{meant}"
        return said.state, None
    province, district = found
    if said.state and find_province(said.state) is not province:
        problems["state"] = f"must be {province.en}, where {district.en} lies"
    return province.en, district


def _code_and_point(
    said: Said, point: Point | None, district: District | None, problems: dict[str, str]
) -> tuple[str, Point | None]:
    """The code in full, and the point, which is the code's middle where none was given."""
    typed, _, locality = "".join(map(_plain, said.plus_code)).strip().partition(" ")
    if not typed:
        return "", point
    code = typed.rstrip(",")
    if not is_full(code) and not is_short(code):
        problems["plus_code"] = NO_CODE
        return "", point
    near = point or _seat(district) or _seat_of(locality)
    if is_short(code) and near is None:
        problems["plus_code"] = NO_REFERENCE
        return "", point
    try:
        full = recover(code, *(near or (0.0, 0.0)))
        middle = decode(full).middle
    except NotAPlusCode:
        problems["plus_code"] = NO_CODE
        return "", point
    if point is not None and _apart_m(point, middle) > CODE_FROM_POINT_M:
        problems["plus_code"] = f"lies {_apart_m(point, middle) / 1000:.1f} km from latitude and longitude"
    return full, point or middle


def _seat(district: District | None) -> Point | None:
    return None if district is None else (district.lat, district.lon)


def _seat_of(locality: str) -> Point | None:
    """Of what is written behind a short code: `P88F+VJ Kathmandu`."""
    found = find_district(locality.partition(",")[0]) if locality.strip() else None
    return None if found is None else _seat(found[1])


def _apart_m(one: Point, other: Point) -> float:
    return great_circle_m(*one, *other)


def _plain(sign: str) -> str:
    """Digits of any script as ASCII."""
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)
