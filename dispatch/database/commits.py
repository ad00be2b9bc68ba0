"""What of a request was committed before it failed, so that its answer says what is true and not what is usual."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

WROTE = "wrote"


# Given the driver's connection in the midst of a transaction.
Mark: TypeAlias = Callable[[Any], Awaitable[None]]


@dataclass(slots=True)
class Commits:
    """``done``: transactions that changed something and were committed; ``in_doubt``: one may have been.

    ``mark`` writes into the first of them that it was committed, so that whoever comes later finds either all of it or
    nothing. ``may_repeat``: the answer says that a repeat goes on with what is left, whatever was done.
    """

    done: int = 0
    in_doubt: bool = False
    mark: Mark | None = None
    may_repeat: bool = False


_PRESENT: ContextVar[Commits | None] = ContextVar("commits", default=None)


@contextmanager
def counted_commits(mark: Mark | None = None) -> Iterator[Commits]:
    """Count what is committed within the block, also by tasks that it starts; one around it that marks goes on."""
    around = _PRESENT.get()
    if around is not None and around.mark is not None:
        yield around
        return
    commits = Commits(mark=mark)
    token = _PRESENT.set(commits)
    try:
        yield commits
    finally:
        commits.mark = None  # tasks that go on are no part of it any more
        _PRESENT.reset(token)


def present_commits() -> Commits:
    """Those of the block that is running; none where none is."""
    return _PRESENT.get() or Commits()


async def mark_commit(driver: Any) -> None:  # noqa: ANN401  asyncpg is not typed
    """In a transaction that changed something and is about to commit; raises where it must not."""
    commits = _PRESENT.get()
    if commits is not None and commits.mark is not None and not commits.done:
        await commits.mark(driver)


@contextmanager
def committing() -> Iterator[None]:
    """Around a commit that changes something: it is counted, or in doubt where it fails."""
    commits = _PRESENT.get()
    try:
        yield
    except BaseException:
        if commits is not None:
            commits.in_doubt = True
        raise
    if commits is not None:
        commits.done += 1


def is_outage(error: Exception) -> bool:
    """Whether an error means that the database does not answer now, and not that what it was asked cannot be."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, DataError | IntegrityError | ProgrammingError | NotSupportedError)
    return isinstance(error, OSError | PoolTimeout)


class WritingSession(Session):
    """A session that knows whether its transaction changed anything."""


@event.listens_for(WritingSession, "after_flush")
def _flushed(session: Session, _: UOWTransaction) -> None:
    session.info[WROTE] = True


@event.listens_for(WritingSession, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[WROTE] = True
