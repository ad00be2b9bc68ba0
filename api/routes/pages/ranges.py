"""Parts of a file, as RFC 9110 has them in its chapter 14: one range, or the whole."""

import re
from dataclasses import dataclass
from typing import Final

RANGE: Final = re.compile(r"bytes=([0-9]*)-([0-9]*)")
MOST_DIGITS: Final = 18


class Unsatisfiable(ValueError):
    """The range lies behind the end."""


@dataclass(frozen=True, slots=True)
class Part:
    """From the first byte to the last, both within."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Bytes."""
        return self.last - self.first + 1


def asked_part(asked: str, size: int) -> Part | None:
    """The part that a Range header asks for; None where it asks for several, or for nothing that is understood.

    Whoever gets the whole instead has what was asked for, too. Raises Unsatisfiable.
    """
    fits = RANGE.fullmatch(asked.strip())
    if fits is None or fits[0] == "bytes=-":
        return None
    first, last = (_position(digits) for digits in fits.groups())
    if first is None:
        if not last:
            raise Unsatisfiable
        return Part(max(0, size - last), size - 1)
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Part(first, size - 1 if last is None else min(last, size - 1))


def _position(digits: str) -> int | None:
    """None where there is none. Digits beyond any file are its end and more: Python reads no endless ones."""
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS
