"""Requests that carry an ``Idempotency-Key``: answered once, and the same again however often they are repeated."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dispatch.database.engine import Database
from dispatch.errors import Conflict, DispatchError
from dispatch.payments.watch_models import AnsweredRequest
from dispatch.ports import Clock

# A request that is not answered by then was cut off with its server; it may be tried again.
ANSWER_WITHIN = timedelta(seconds=90)


class KeyReused(DispatchError):
    """The key belongs to another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    media_type: str
    body: bytes


class AnsweredRequests:
    """Remembers answers, each in a transaction of its own: the request's own may roll back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, user_id: int, key: str, fingerprint: str) -> Answer | None:
        """The first answer, or None: then the caller answers and calls ``finish`` or ``forget``.

        Raises KeyReused where the key was used for something else, Conflict while the first is under way.
        """
        now = self._clock.now()
        row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "started_at": now}
        async with self._database.work() as work:
            fresh = insert(AnsweredRequest).values(row).on_conflict_do_nothing().returning(AnsweredRequest.key)
            if await work.session.scalar(fresh) is not None:
                return None
            known = await work.session.scalar(
                select(AnsweredRequest)
                .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == key)
                .with_for_update()
            )
            if known is not None and known.fingerprint != fingerprint:
                raise KeyReused("This Idempotency-Key was used for another request.")
            if known is None or (known.status is None and known.started_at > now - ANSWER_WITHIN):
                raise Conflict("The first request with this Idempotency-Key is under way.", code="request_in_flight")
            if known.status is None:
                known.started_at = now
                return None
            return Answer(known.status, known.media_type or "", known.body or b"")

    async def finish(self, user_id: int, key: str, answer: Answer) -> None:
        """Keep the answer."""
        async with self._database.work() as work:
            await work.session.execute(
                update(AnsweredRequest)
                .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == key)
                .values(status=answer.status, media_type=answer.media_type, body=answer.body)
            )

    async def forget(self, user_id: int, key: str) -> None:
        """Nothing was done: the key is free again."""
        async with self._database.work() as work:
            await work.session.execute(
                delete(AnsweredRequest).where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == key)
            )
