"""Requests that carry an ``Idempotency-Key``: answered once, and the same again however often they are repeated.

Whoever answers a request first holds a lease of its key and renews it for as long as it runs, so that a repeat never
starts a second run beside it. Only a run whose server is gone leaves its lease to the next. What a run commits is
marked on the key's row in the same transaction: a run after it finds either that something was done, and does nothing,
or that nothing was.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.commits import Mark
from dispatch.database.engine import Database, DriverConnection
from dispatch.errors import Conflict, DispatchError
from dispatch.idempotency.models import AnsweredRequest
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

# A request whose lease was not renewed for so long was cut off with its server; it may be tried again.
LEASE_LASTS = timedelta(seconds=90)
RENEW_EVERY_S = 20.0
ANSWER_LOST = (
    "The first request with this Idempotency-Key was done, at least in part, and what came of it could not be told: "
    "look at how things stand. Nothing was done now; another key does it again."
)


MARK = "UPDATE answered_requests SET committed = true WHERE user_id = $1 AND key = $2 AND lease = $3"


class KeyReused(DispatchError):
    """The key belongs to another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to answer a request; ``run`` tells it from that of another run under the same key."""

    user_id: int
    key: str
    run: UUID


class AnsweredRequests:
    """Remembers answers, each in a transaction of its own: the request's own may roll back."""

    def __init__(self, database: Database, clock: Clock, *, renew_every_s: float = RENEW_EVERY_S) -> None:
        self._database = database
        self._clock = clock
        self._renew_every_s = renew_every_s

    async def begin(self, user_id: int, key: str, fingerprint: str) -> Answer | Lease:
        """The first answer, or the lease: then the caller answers and calls ``finish`` or ``forget``.

        Raises KeyReused where the key was used for something else, Conflict while the first is under way, or where it
        did something and nobody knows what it answered.
        """
        now, lease = self._clock.now(), Lease(user_id, key, uuid4())
        row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "started_at": now, "lease": lease.run}
        async with self._database.work() as work:
            fresh = insert(AnsweredRequest).values(row).on_conflict_do_nothing().returning(AnsweredRequest.key)
            if await work.session.scalar(fresh) is not None:
                return lease
            known = await work.session.scalar(
                select(AnsweredRequest)
                .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == key)
                .with_for_update()
            )
            if known is not None and known.fingerprint != fingerprint:
                raise KeyReused("This Idempotency-Key was used for another request.")
            if known is None or (known.status is None and known.started_at > now - LEASE_LASTS):
                raise Conflict("The first request with this Idempotency-Key is under way.", code="request_in_flight")
            if known.status is None and known.committed:
                raise Conflict(ANSWER_LOST, code="answer_lost")
            if known.status is None:
                known.started_at, known.lease = now, lease.run
                return lease
            return Answer(known.status, known.media_type or "", known.body or b"")

    @asynccontextmanager
    async def kept(self, lease: Lease) -> AsyncIterator[None]:
        """Renew a lease until the block is left."""
        renewing = asyncio.create_task(self._keep_renewing(lease), name="idempotency lease")
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def finish(self, lease: Lease, answer: Answer) -> None:
        """Keep the answer. That of a run that lost its lease is nobody's."""
        values = {"status": answer.status, "media_type": answer.media_type, "body": answer.body}
        async with self._database.work() as work:
            await work.session.execute(update(AnsweredRequest).where(_of(lease)).values(values))

    def mark(self, lease: Lease) -> Mark:
        """What writes into a transaction of the run that it was committed; Conflict where another run has the lease."""

        async def write(driver: DriverConnection) -> None:
            if await driver.execute(MARK, lease.user_id, lease.key, lease.run) != "UPDATE 1":
                raise Conflict(
                    "Another run of this request has begun; this one changed nothing.", code="request_in_flight"
                )

        return write

    async def release(self, lease: Lease) -> None:
        """Nobody knows what was done, and nobody answers any more: a repeat need not wait for the lease's end.

        Where the database does not answer, or still holds the row for what was begun, the lease ends by itself.
        """
        free = select(AnsweredRequest.key).where(_of(lease), AnsweredRequest.status.is_(None))
        ended = {"started_at": self._clock.now() - LEASE_LASTS}
        mine = update(AnsweredRequest).where(
            _of(lease), AnsweredRequest.key.in_(free.with_for_update(skip_locked=True))
        )
        try:
            async with self._database.work() as work:
                await work.session.execute(mine.values(ended), execution_options={"synchronize_session": False})
        except (SQLAlchemyError, OSError) as error:
            log.warning("an idempotency lease was not released", error=type(error).__name__)

    async def forget(self, lease: Lease) -> None:
        """Nothing was done: the key is free again."""
        async with self._database.work() as work:
            await work.session.execute(delete(AnsweredRequest).where(_of(lease)))

    async def _keep_renewing(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self._renew_every_s)
            try:
                async with self._database.work() as work:
                    renewed = update(AnsweredRequest).where(_of(lease), AnsweredRequest.status.is_(None))
                    await work.session.execute(renewed.values(started_at=self._clock.now()))
            except (SQLAlchemyError, OSError) as error:  # there is time for some more tries
                log.warning("an idempotency lease could not be renewed", error=type(error).__name__)


def _of(lease: Lease) -> ColumnElement[bool]:
    return and_(
        AnsweredRequest.user_id == lease.user_id,
        AnsweredRequest.key == lease.key,
        AnsweredRequest.lease == lease.run,
    )
