"""What the rows of each kind of table become. An importer takes rows that are right by themselves."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from api.http.schemas import Body
from api.routes.imports.fields import FieldCheck
from dispatch.database.work import Work
from dispatch.imports import ImportKind, Name, name_things, things_named

AnyRow = TypeVar("AnyRow", bound=Body)


class Outcome(StrEnum):
    """What became of a row."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Importer(ABC, Generic[AnyRow]):
    """Takes the rows of one table, in one unit of work."""

    kind: ClassVar[ImportKind]
    row: type[AnyRow]

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[Name, int] = {}
        self._new: dict[Name, int] = {}

    @abstractmethod
    def name_of(self, row: AnyRow) -> Name:
        """By which the thing is found when the table comes again."""

    @property
    @abstractmethod
    def check(self) -> FieldCheck:
        """What else is said of a row's fields."""

    async def prepare(self, rows: Sequence[AnyRow]) -> None:
        """Look once for what a portion of rows needs."""
        self._known = await things_named(self._work.session, self.kind, [self.name_of(row) for row in rows])

    @abstractmethod
    async def take(self, row: AnyRow) -> Outcome:
        """Make or change what the row says, inside a savepoint. Raises DispatchError where that cannot be."""

    async def finish(self) -> None:
        """The portion is done: what was made gets its names."""
        await self._work.session.flush()
        await name_things(self._work.session, self.kind, self._new)
        self._new = {}
