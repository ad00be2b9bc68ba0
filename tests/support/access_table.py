"""The table of who may ask what: ``accounts/access/table.txt``, a line a route, as people write and read it."""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "accounts" / "access" / "table.txt"
PEOPLE = ("nobody", "customer", "seller", "transporter", "unverified", "admin")
NO_KEY = "-"
OPEN = "open"
"""What a socket is that lets somebody in; otherwise its close code stands there."""


@dataclass(frozen=True)
class Cell:
    """What somebody is answered about what is theirs, and about what is somebody else's of their role."""

    own: str
    other: str

    @classmethod
    def of(cls, text: str) -> "Cell":
        """``200/404``, or ``200`` where it makes no difference whose it is."""
        own, _, other = text.partition("/")
        return cls(own, other or own)

    def __str__(self) -> str:
        return self.own if self.own == self.other else f"{self.own}/{self.other}"


@dataclass(frozen=True)
class Row:
    """A route. ``scope`` is what an API key needs for it, or ``NO_KEY``."""

    section: str
    method: str
    path: str
    cells: dict[str, Cell]
    scope: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        """Whether it asks nobody who they are."""
        return self.cells["nobody"].own != "401" and self.method != "WS"


def read_table() -> dict[str, Row]:
    """Every row by its name. Raises ValueError for a line that is none."""
    rows: dict[str, Row] = {}
    section = ""
    for number, line in enumerate(FILE.read_text().splitlines(), 1):
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if not line.strip() or line.startswith("#"):
            continue
        method, path, *rest = line.split()
        if len(rest) != len(PEOPLE) + 1:
            raise ValueError(f"{FILE.name}:{number}: METHOD PATH {' '.join(PEOPLE)} KEY are needed, not: {line}")
        *codes, scope = rest
        row = Row(section, method, path, dict(zip(PEOPLE, map(Cell.of, codes), strict=True)), scope)
        if row.name in rows:
            raise ValueError(f"{FILE.name}:{number}: {row.name} stands there twice")
        rows[row.name] = row
    return rows
