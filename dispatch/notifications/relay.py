"""Sending what the outbox holds: at least once, again after a failure, and never silently given up."""

import asyncio
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from sqlalchemy import Select, func, select, update

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.notifications.models import Channel, MessageStatus, OutboxMessage
from dispatch.notifications.ports import MailSender, SendFailed, SendRefused, SmsSender
from dispatch.notifications.templates import Templates
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

BATCH = 20
SEND_WITHIN_S = 30.0
# What is done with is shown for so long, where nobody says from when: there is no end to what was sent.
SHOWN = timedelta(days=30)
TO_BE_DONE = frozenset({MessageStatus.PENDING, MessageStatus.DEAD})
# Longer than a batch takes: after it, whoever claimed a message is believed dead and another sends it.
CLAIM = timedelta(seconds=60)
PAUSES_S = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
BACKOFF = Backoff([timedelta(seconds=pause_s) for pause_s in PAUSES_S])


class OutboxRelay(ItemJob[OutboxMessage]):
    """Sends messages. Several processes may run one each; a message is claimed by one of them."""

    name: ClassVar[str] = "messages"
    at_once: ClassVar[int] = BATCH

    def __init__(
        self, database: Database, clock: Clock, templates: Templates, mail: MailSender, sms: SmsSender | None
    ) -> None:
        """``sms`` None: no provider is configured, and those messages are skipped."""
        self._database = database
        self._clock = clock
        self._templates = templates
        self._mail = mail
        self._sms = sms

    async def take(self) -> list[OutboxMessage]:
        """A batch of what is due; each has counted its try."""
        now = self._clock.now()
        due = (
            select(OutboxMessage.id)
            .where(OutboxMessage.status == MessageStatus.PENDING, OutboxMessage.next_attempt_at <= now)
            .order_by(OutboxMessage.next_attempt_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        async with self._database.work() as work:
            rows = await work.session.scalars(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_(due.scalar_subquery()))
                .values(attempts=OutboxMessage.attempts + 1, next_attempt_at=now + CLAIM)
                .returning(OutboxMessage)
            )
            return list(rows)

    async def oldest_due(self) -> datetime | None:
        """When the message that waits for longest was to be sent."""
        pending = OutboxMessage.status == MessageStatus.PENDING
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(
                select(func.min(OutboxMessage.next_attempt_at)).where(
                    pending, OutboxMessage.next_attempt_at <= self._clock.now()
                )
            )
            return oldest

    async def note_failure(self, item: OutboxMessage, error: Exception) -> None:
        """Another time, or never where it will not be taken."""
        if isinstance(error, TimeoutError):
            await self._failed(item, "No answer in time.", final=False)
        elif isinstance(error, SendFailed):
            await self._failed(item, error.reason, final=isinstance(error, SendRefused))
        else:  # a defect of one message (its template, say) is not the next one's
            await self._failed(item, in_a_line(error), final=False)

    async def do(self, item: OutboxMessage) -> bool:
        """Hand a message over and write down that it was sent."""
        async with asyncio.timeout(SEND_WITHIN_S):
            status = await self._hand_over(item)
        await self._set(item, status=status, sent_at=self._clock.now(), last_error=None)
        return True

    async def _hand_over(self, message: OutboxMessage) -> MessageStatus:
        if message.channel is Channel.MAIL:
            mail = self._templates.mail(message.key, message.template, message.recipient, message.content)
            await self._mail.send(mail)
        elif self._sms is None:
            return MessageStatus.SKIPPED
        else:
            text = self._templates.sms(message.template, message.content)
            await self._sms.send(message.key, message.recipient, text)
        return MessageStatus.SENT

    async def _failed(self, message: OutboxMessage, reason: str, *, final: bool) -> None:
        dead = final or BACKOFF.is_last(message.attempts)
        log.log(40 if dead else 30, "message not sent", message_id=message.id, template=message.template, reason=reason)
        await self._set(
            message,
            status=MessageStatus.DEAD if dead else MessageStatus.PENDING,
            next_attempt_at=self._clock.now() + BACKOFF.pause_after(message.attempts),
            last_error=reason[:300],
        )

    async def _set(self, message: OutboxMessage, **values: object) -> None:
        async with self._database.work() as work:
            await work.session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == message.id, OutboxMessage.status == MessageStatus.PENDING)
                .values(**values)
            )


class Outbox:
    """Looking at the outbox, for admins."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    def list_query(self, status: MessageStatus | None, since: datetime | None = None) -> Select[OutboxMessage]:
        """Messages, newest first, for a page; of those that are done with only the newer ones, if nobody says which."""
        query = select(OutboxMessage)
        if since is None and status not in TO_BE_DONE:
            since = self._clock.now() - SHOWN
        if since is None:
            query = query.order_by(OutboxMessage.id.desc())
        else:  # by the index that finds them: numbers say little of when, where rows were brought from elsewhere
            newest = OutboxMessage.created_at.desc(), OutboxMessage.id.desc()
            query = query.where(OutboxMessage.created_at >= since).order_by(*newest)
        return query if status is None else query.where(OutboxMessage.status == status)

    async def send_again(self, message_id: int) -> OutboxMessage:
        """Put a dead message in line again, with all its tries. Raises NotFound and Conflict."""
        message = await self._session.get(OutboxMessage, message_id, with_for_update=True)
        if message is None:
            raise NotFound("There is no such message.")
        if message.status is not MessageStatus.DEAD:
            raise Conflict(f"A message that is {message.status.value} is not sent again.", code="message_not_dead")
        message.status, message.attempts, message.next_attempt_at = MessageStatus.PENDING, 0, self._clock.now()
        await self._session.flush()
        return message
