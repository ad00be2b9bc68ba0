"""What the rows of each kind of table become. An importer takes rows that are right by themselves."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from api.http.schemas import Body
from api.routes.imports.fields import FieldCheck
from dispatch.database.work import Work
from dispatch.imports import ImportKind, Name, hold_names, name_things, things_named

AnyRow = TypeVar("AnyRow", bound=Body)


class Outcome(StrEnum):
    """What became of a row."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row, and of what is changed by which columns."""

    outcome: Outcome
    columns: tuple[str, ...] = ()


class Importer(ABC, Generic[AnyRow]):
    """Takes the rows of one table, in one unit of work."""

    kind: ClassVar[ImportKind]
    row: type[AnyRow]
    title_column: ClassVar[str] = ""
    """In which a row that is wrong says what it is; none where that may be somebody's name."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[Name, int] = {}
        self._new: dict[Name, int] = {}
        self._held: set[int] = set()
        self.columns: frozenset[str] = frozenset()
        """Those of the table: what it has no column for stays as it is."""

    @abstractmethod
    def name_of(self, row: AnyRow) -> Name:
        """By which the thing is found when the table comes again."""

    @abstractmethod
    def title_of(self, row: AnyRow) -> str:
        """What a person calls it."""

    @property
    @abstractmethod
    def check(self) -> FieldCheck:
        """What else is said of a row's fields."""

    async def look_ahead(self, portions: AsyncIterator[Sequence[AnyRow]]) -> None:
        """Hold what all rows together change in the order in which others do; that of the rows is any."""

    async def prepare(self, rows: Sequence[AnyRow]) -> None:
        """Look once for what a portion of rows needs."""
        await self._find_known([self.name_of(row) for row in rows])

    async def _find_known(self, names: Sequence[Name]) -> None:
        """What has these names; a table that comes from another side at once waits, and then finds what this one made.

        Before everything else is held: both would wait for each other.
        """
        await self._hold({owner_id for owner_id, _ in names})
        self._known = await things_named(self._work.session, self.kind, names)

    async def _hold(self, owner_ids: set[int]) -> None:
        await hold_names(self._work.session, self.kind, owner_ids - self._held)
        self._held |= owner_ids

    @abstractmethod
    async def take(self, row: AnyRow) -> Taken:
        """Make or change what the row says, inside a savepoint. Raises DispatchError where that cannot be."""

    async def finish(self) -> None:
        """The portion is done: what was made gets its names."""
        await self._work.session.flush()
        await name_things(self._work.session, self.kind, self._new)
        self._new = {}
