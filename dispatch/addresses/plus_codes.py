"""Plus Codes (Open Location Code 1.0): a place as a short word, such as `7MV7P8F2+XC` or, near Kathmandu, `P8F2+XC`.

Pairs of digits in base 20 divide latitude and longitude, further digits divide the last cell into 5 rows of 4.
"""

import re
from dataclasses import dataclass

DIGITS = "23456789CFGHJMPQRVWX"
PAIRS, MOST, BEFORE_PLUS = 10, 15, 8
ROWS, COLUMNS = 5, 4
# So many of the smallest rows and columns has a degree.
PER_DEGREE_LAT, PER_DEGREE_LON = 8000 * ROWS**5, 8000 * COLUMNS**5
_SHAPE = re.compile(rf"(?P<head>[{DIGITS}]*)(?P<zeros>0*)\+(?P<tail>[{DIGITS}]*)")
_FULL_HEAD = re.compile(rf"[2-9C][2-9CFGHJMPQRV](?:[{DIGITS}]{{2}}){{0,3}}")


class NotAPlusCode(ValueError):
    """No place has such a code."""


@dataclass(frozen=True, slots=True)
class Area:
    """What a code stands for, in degrees; ``digits``: how many it has."""

    south: float
    west: float
    north: float
    east: float
    digits: int

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of its middle."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2


def is_full(code: str) -> bool:
    """Whether a code says its place by itself."""
    shape = _shape(code)
    return shape is not None and len(shape["head"]) + len(shape["zeros"]) == BEFORE_PLUS


def is_short(code: str) -> bool:
    """Whether a code says its place together with one that is near."""
    shape = _shape(code)
    return shape is not None and len(shape["head"]) + len(shape["zeros"]) < BEFORE_PLUS


def encode(lat: float, lon: float, digits: int = PAIRS) -> str:
    """The code of a place in degrees; ten digits are about 14 m."""
    row = min(max(int((lat + 90) * PER_DEGREE_LAT), 0), 180 * PER_DEGREE_LAT - 1)
    column = int((lon + 180) * PER_DEGREE_LON) % (360 * PER_DEGREE_LON)
    last = []
    for _ in range(MOST - PAIRS):
        last.append(DIGITS[row % ROWS * COLUMNS + column % COLUMNS])
        row, column = row // ROWS, column // COLUMNS
    pairs = []
    for _ in range(PAIRS // 2):
        pairs.append(DIGITS[row % 20] + DIGITS[column % 20])
        row, column = row // 20, column // 20
    code = ("".join(reversed(pairs)) + "".join(reversed(last)))[:digits].ljust(BEFORE_PLUS, "0")
    return f"{code[:BEFORE_PLUS]}+{code[BEFORE_PLUS:]}"


def decode(code: str) -> Area:
    """The area of a full code. Raises NotAPlusCode."""
    if not is_full(code):
        raise NotAPlusCode(code)
    digits = code.upper().replace("+", "").rstrip("0")[:MOST]
    row = column = 0
    height, width = 20 * PER_DEGREE_LAT, 20 * PER_DEGREE_LON
    for at in range(0, min(len(digits), PAIRS), 2):
        row += DIGITS.index(digits[at]) * height
        column += DIGITS.index(digits[at + 1]) * width
        height, width = (height // 20, width // 20) if at + 2 < min(len(digits), PAIRS) else (height, width)
    for digit in digits[PAIRS:]:
        height, width = height // ROWS, width // COLUMNS
        row += DIGITS.index(digit) // COLUMNS * height
        column += DIGITS.index(digit) % COLUMNS * width
    south, west = row / PER_DEGREE_LAT - 90, column / PER_DEGREE_LON - 180
    return Area(
        south,
        west,
        (row + height) / PER_DEGREE_LAT - 90,
        (column + width) / PER_DEGREE_LON - 180,
        len(digits),
    )


def recover(code: str, lat: float, lon: float) -> str:
    """The full code that a short one means near a place in degrees; of a full one what counts. Raises NotAPlusCode."""
    if is_full(code):
        return code.upper()[: MOST + 1]
    if not is_short(code):
        raise NotAPlusCode(code)
    lat = min(max(lat, -90.0), 90.0)
    missing = BEFORE_PLUS - code.index("+")
    step = 20.0 ** (2 - missing // 2)
    area = decode(encode(lat, lon)[:missing] + code.upper())
    middle_lat, middle_lon = area.middle
    if lat + step / 2 < middle_lat and middle_lat - step >= -90:  # noqa: PLR2004  the pole
        middle_lat -= step
    elif lat - step / 2 > middle_lat and middle_lat + step <= 90:  # noqa: PLR2004  the pole
        middle_lat += step
    if lon + step / 2 < middle_lon:
        middle_lon -= step
    elif lon - step / 2 > middle_lon:
        middle_lon += step
    return encode(middle_lat, middle_lon, area.digits)


def _shape(code: str) -> re.Match[str] | None:
    """A code taken apart, in capitals; None for what is none."""
    found = _SHAPE.fullmatch(code.upper()) if code.isascii() else None
    if found is None:
        return None
    head, zeros, tail = len(found["head"]), len(found["zeros"]), len(found["tail"])
    even = head % 2 == 0 and zeros % 2 == 0 and head + zeros <= BEFORE_PLUS
    if not even or tail == 1 or (zeros and (tail or head + zeros < BEFORE_PLUS or not head)) or not head + tail:
        return None
    if head + zeros == BEFORE_PLUS and not _FULL_HEAD.fullmatch(found["head"]):
        return None
    return found
