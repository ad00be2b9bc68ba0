"""Latitudes and longitudes as files write them, in degrees, north and east above zero."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from api.simulation.replay.errors import BadRow
from api.simulation.replay.units import NMEA
from dispatch.plain_numbers import decimal_number

_PARTS = re.compile(
    r"(?P<front>[NSEWnsew])?\s*(?P<degrees>[+-]?[0-9]+(?:[.,][0-9]+)?)\s*"
    r"(?:[°º:\s]\s*(?:(?P<minutes>[0-9]+(?:[.,][0-9]+)?)\s*['′’:\s]?\s*(?:(?P<seconds>[0-9]+(?:[.,][0-9]+)?)\s*[\"″”]?\s*)?)?)?"
    r"(?P<back>[NSEWnsew])?"
)
_PADDED = re.compile(r"(?:0[0-9]{3}|0[0-9]{4})\.[0-9]+")
_SIXTY = 60


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the two coordinates."""

    name: str
    limit: float
    positive: str
    negative: str


LATITUDE, LONGITUDE = Axis("latitude", 90, "N", "S"), Axis("longitude", 180, "E", "W")


def are_degrees_and_minutes(axis: Axis, rows: Iterable[tuple[str, str]]) -> bool:
    """Whether these values with their letters are NMEA's ``2743.032``: some are no degrees, all could be that."""
    some = False
    for text, letter in rows:
        try:
            number = abs(plain(text))
        except ValueError:
            continue
        if not letter.strip():
            return False
        if math.fmod(number, 100) >= _SIXTY or number > axis.limit * 100:
            return False
        some = some or number > axis.limit or _PADDED.fullmatch(text.strip()) is not None
    return some


def plain(text: str) -> float:
    """A number with a point or a comma. Raises ValueError."""
    text = text.strip()
    return decimal_number(text if "." in text else text.replace(",", ".", 1))


def degrees(text: str, letter: str | None, axis: Axis, unit: float | str) -> float:
    """Any finite number of degrees: whether it is on this planet is for the server to say. Raises BadRow.

    ``letter``: the hemisphere's, where the file has a column for it.
    """
    if not text.strip():
        raise BadRow(f"no {axis.name}")
    try:
        number, own = plain(text), ""
    except ValueError:
        number, own = _from_parts(text.strip(), axis)
    if unit == NMEA:
        whole, minutes = divmod(abs(number), 100)
        if minutes >= _SIXTY:
            raise BadRow(f"a {axis.name} with more than 60 minutes")
        number = math.copysign(whole + minutes / _SIXTY, number)
    elif isinstance(unit, float):
        number *= unit
    return _signed(number, own or letter, axis)


def _from_parts(text: str, axis: Axis) -> tuple[float, str]:
    found = _PARTS.fullmatch(text)
    if found is None or (found["front"] and found["back"]):
        raise BadRow(f"a {axis.name} that is not a number")
    whole = plain(found["degrees"])
    minutes, seconds = (plain(found[part] or "0") for part in ("minutes", "seconds"))
    if minutes >= _SIXTY or seconds >= _SIXTY:
        raise BadRow(f"a {axis.name} that is not a number")
    size = abs(whole) + minutes / _SIXTY + seconds / _SIXTY**2
    return (-size if found["degrees"].startswith("-") else size), (found["front"] or found["back"] or "")


def _signed(number: float, letter: str | None, axis: Axis) -> float:
    if letter is None:
        return number
    sign = letter.strip().upper()[:1]
    if sign not in {axis.positive, axis.negative} or not sign:
        raise BadRow(f"a {axis.name} that is neither {axis.positive} nor {axis.negative}")
    if number < 0 and sign == axis.positive:
        raise BadRow(f"a {axis.name} whose sign and letter disagree")
    return -abs(number) if sign == axis.negative else number
