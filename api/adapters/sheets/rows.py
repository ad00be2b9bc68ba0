"""What a table's file may be, and its rows once they are read."""

from dataclasses import dataclass
from typing import Final

from api.http.csv_cells import begins_formula
from dispatch.errors import Invalid

MOST_COLUMNS: Final = 60
MOST_CELL: Final = 6_500
"""Characters of one cell; the longest of ours has the addresses of twenty pictures."""
GUARD: Final = "'"
"""Before a text of CSV that a spreadsheet would otherwise take for a formula."""


class UnreadableFile(Invalid):
    """The file cannot be read as a table; the text says why and what fits."""

    def __init__(self, words: str) -> None:
        super().__init__(f"The file cannot be read: {words}.", code="file_unreadable", fields={"file": words})


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The largest file that is read. ``unpacked``: bytes of what lies in a workbook, as it says itself."""

    rows: int
    bytes: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row that has anything in it: its number as a spreadsheet shows it, and its cells as texts.

    ``formulas``: places of the cells in which a formula stands instead of a value.
    """

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


def needs_guard(text: str) -> bool:
    """Whether a text of CSV gets the sign before it: a formula, or one whose own first sign would be taken for it."""
    return begins_formula(text) or (text[:1] == GUARD and begins_formula(text.lstrip(GUARD)))
