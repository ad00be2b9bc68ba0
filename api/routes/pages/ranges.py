"""Parts of a file, as RFC 9110 has them in its chapter 14: one range, or the whole."""

import re
from dataclasses import dataclass
from typing import Final

RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


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
    first, last = fits.groups()
    if not first:
        if int(last) == 0:
            raise Unsatisfiable
        return Part(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Part(int(first), min(int(last), size - 1) if last else size - 1)
