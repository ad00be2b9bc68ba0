"""Dead letters of all jobs in one list: what is not tried by itself any more, and how a person has it tried again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, func, literal, select, true, union_all, update
from sqlalchemy.orm import Bundle

from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.jobs.models import JobItem
from dispatch.ports import Clock

COLUMNS = ("kind", "id", "tries", "failed_at", "last_error", "can_retry")


@dataclass(frozen=True, slots=True)
class DeadLetterSource:
    """Where dead letters of some kinds are; a kind is the name of the job that gave them up.

    ``query`` selects ``COLUMNS``. ``retry`` puts one (by kind and id) in line again with all its tries, False where
    there is none, and raises Conflict where it cannot be. ``subject`` is what the audit log calls one.
    """

    kinds: frozenset[str]
    subject: str
    query: Callable[[], Select[Any]]
    retry: Callable[[Work, Clock, str, str], Awaitable[bool]]


class DeadLetters:
    """Those of all sources."""

    def __init__(self, sources: Sequence[DeadLetterSource]) -> None:
        self._sources = sources

    def list_query(self, kind: str | None = None) -> Select[Any]:
        """Those of one kind or of all, failed last first, for a page; a row has ``COLUMNS`` as attributes."""
        wanted = [source.query() for source in self._sources if kind is None or kind in source.kinds]
        letters = union_all(*wanted).subquery().c
        row: Bundle[Any] = Bundle("dead_letter", *(letters[name] for name in COLUMNS))
        query = select(row).order_by(letters["failed_at"].desc(), letters["kind"], letters["id"])
        return query if kind is None else query.where(letters["kind"] == kind)

    def count_query(self) -> Select[str, int]:
        """How many there are of each kind that has any."""
        letters = union_all(*(source.query() for source in self._sources)).subquery().c
        return select(letters["kind"], func.count()).group_by(letters["kind"])

    async def retry(self, work: Work, clock: Clock, kind: str, letter_id: str) -> str:
        """Put one in line again; returns what the audit log calls it. Raises NotFound and Conflict."""
        for source in self._sources:
            if kind in source.kinds and await source.retry(work, clock, kind, letter_id):
                return source.subject
        raise NotFound("There is no such dead letter; it may have been tried again already.", code="NO_DEAD_LETTER")


def dead_items(jobs: frozenset[str]) -> DeadLetterSource:
    """The items that ``LeasedItemJob``s of these names gave up, and none of a job that only another version has."""
    return DeadLetterSource(jobs, "job_item", lambda: _dead_items(jobs), _retry_item)


def _dead_items(jobs: frozenset[str]) -> Select[Any]:
    kind: Any = JobItem.job.label("kind")
    letters: Select[Any] = select(
        kind,
        JobItem.item.label("id"),
        JobItem.tries.label("tries"),
        func.coalesce(JobItem.failed_at, JobItem.next_attempt_at).label("failed_at"),
        JobItem.last_error.label("last_error"),
        true().label("can_retry"),
    )
    return letters.where(JobItem.is_dead, JobItem.job.in_(sorted(jobs)))


async def _retry_item(work: Work, clock: Clock, kind: str, letter_id: str) -> bool:
    again = await work.session.scalar(
        update(JobItem)
        .where(JobItem.job == kind, JobItem.item == letter_id, JobItem.is_dead)
        .values(is_dead=False, tries=0, next_attempt_at=clock.now())
        .returning(JobItem.item)
    )
    return again is not None


def kind_column(kind: str) -> Any:  # noqa: ANN401  a labelled column, of a type that SQLAlchemy does not name
    """The first of ``COLUMNS`` for a source of one kind."""
    return literal(kind, String).label("kind")
