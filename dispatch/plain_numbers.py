"""Numbers as people write them: ASCII digits, a point, a sign.

Python's own readers also take `1_000`, digits of any script, `nan` and blanks around; nobody who writes that means a
number, and what is taken for one then is a number that nobody meant.
"""

import math
import re

WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


def whole_number(text: str) -> int:
    """Raises ValueError."""
    if not WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)


def decimal_number(text: str) -> float:
    """A finite number. Raises ValueError."""
    if not DECIMAL.fullmatch(text):
        raise ValueError("not a number")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large a number")
    return number
