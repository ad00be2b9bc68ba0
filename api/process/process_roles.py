"""Which part of a server a process is."""

from dataclasses import dataclass
from enum import Flag, auto


class Duties(Flag):
    """What a process does."""

    TRAFFIC = auto()
    """Answers requests and holds sockets."""
    UPKEEP = auto()
    """Moves the log of pings to PostgreSQL and does the rounds of sweeping, refunds and messages."""


@dataclass(frozen=True, slots=True)
class ProcessRole:
    """A process' name among those of its server, and what it does.

    ``is_timed``: whether plans are cut where the machine's clock says that they took too long.
    """

    name: str
    duties: Duties
    is_timed: bool = True

    @property
    def answers(self) -> bool:
        """Whether it takes requests and sockets."""
        return Duties.TRAFFIC in self.duties

    @property
    def does_upkeep(self) -> bool:
        """Whether the history and the jobs run in it."""
        return Duties.UPKEEP in self.duties


WHOLE = ProcessRole("server", Duties.TRAFFIC | Duties.UPKEEP)
"""A server in one process."""
STEWARD = ProcessRole("steward", Duties.UPKEEP)
"""The process beside the workers. A second one, on another host or while one takes the other's place, does no harm."""


def worker_role(number: int) -> ProcessRole:
    """A worker, counted from 1."""
    return ProcessRole(f"worker {number}", Duties.TRAFFIC)
