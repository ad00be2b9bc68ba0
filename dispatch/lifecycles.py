"""What may become of a thing: its acts, from which statuses to which, and who may, as one table.

A table is read three ways: code asks it before it moves a status, the database refuses whatever does not stand in it,
and the docs draw it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Status = TypeVar("Status", bound=StrEnum)


class IllegalMove(RuntimeError):
    """A status was to be moved as its table does not allow: whoever asked had to look first."""


@dataclass(frozen=True, slots=True)
class Move(Generic[Status]):
    """An act: from which statuses, to which (None: the status stays), who may, and what it means."""

    act: StrEnum
    sources: tuple[Status, ...]
    target: Status | None
    who: str
    means: str

    def passages(self) -> Iterator[tuple[Status, Status]]:
        """Each status with the one that it becomes."""
        for source in self.sources:
            yield source, source if self.target is None else self.target


@dataclass(frozen=True, slots=True)
class Lifecycle(Generic[Status]):
    """All that may become of one kind of thing. ``first``: how it begins; ``ends``: what it stays."""

    what: str
    first: tuple[Status, ...]
    ends: tuple[Status, ...]
    moves: Sequence[Move[Status]]

    def allows(self, act: StrEnum, status: Status) -> bool:
        """Whether something in this status may undergo the act."""
        return any(move.act is act and status in move.sources for move in self.moves)

    def sources(self, act: StrEnum) -> frozenset[Status]:
        """The statuses in which the act may happen."""
        return frozenset(source for move in self.moves if move.act is act for source in move.sources)

    def after(self, act: StrEnum, status: Status) -> Status:
        """What a status becomes by an act. Raises IllegalMove."""
        for move in self.moves:
            if move.act is act and status in move.sources:
                return status if move.target is None else move.target
        raise IllegalMove(f"{self.what} that is {status.value} does not allow {act.value}")

    def trigger(self, table: str, column: str) -> str:
        """The statement by which the database refuses every other change of a status, for a migration.

        Who has to mend a row by hand says so first: ``SET LOCAL dispatch.any_move = 'on'``.
        """
        pairs = ", ".join(f"'{source.value}>{target.value}'" for source, target in self.changes())
        return (
            f"CREATE TRIGGER refuse_moves BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
            f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) "
            f"EXECUTE FUNCTION refuse_moves('{column}', {pairs})"
        )

    def changes(self) -> list[tuple[Status, Status]]:
        """Every change of a status that some act makes, in the order of the table, each once."""
        passages = (pair for move in self.moves for pair in move.passages())
        return list(dict.fromkeys(pair for pair in passages if pair[0] is not pair[1]))
