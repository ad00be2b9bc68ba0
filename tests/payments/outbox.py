"""The outbox in tests: a carrier that notes what it is given, and the rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update

from dispatch.notifications.models import Channel, MessageStatus, OutboxMessage
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.notifications.ports import Mail, SendFailed
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.waiting import until
from tests.support.world import World


@dataclass
class Carrier:
    """A mail and SMS sender that fails as often as told."""

    failures: list[SendFailed] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail.key)


@asynccontextmanager
async def only_message(checkout: Checkout, clock: ShiftedClock) -> AsyncIterator[str]:
    """One message that is due in the far future, where the server's own relay does not reach."""
    left: list[str] = []
    # Tests whose clock ran ahead left messages that are due in its future.
    async with checkout.services.database.work() as work:
        pending = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.PENDING)
        await work.session.execute(pending.values(next_attempt_at=checkout.services.clock.now()))

    async def drained() -> bool:
        async with checkout.services.database.work() as work:
            waiting = await work.session.scalars(
                select(OutboxMessage).where(OutboxMessage.status == MessageStatus.PENDING)
            )
            left[:] = [f"{row.key} {row.attempts} {row.last_error}" for row in waiting]
            return not left

    try:
        await until(drained, "the server's relay has sent what other tests left")
    except AssertionError as error:
        raise AssertionError(f"{error}: {left[:5]}") from None
    clock.ahead = timedelta(days=400)
    key = f"test:{uuid4().hex}"
    content = {"seller_name": "S", "order_number": "MP-1", "items": []}
    message = NewMessage(key, Channel.MAIL, "sale_notice", "seller@example.com", content)
    async with checkout.services.database.work() as work:
        await write_messages(await work.driver(), [message, message], clock.now())
    yield key
    async with checkout.services.database.work() as work:
        ours = update(OutboxMessage).where(OutboxMessage.key == key, OutboxMessage.status == MessageStatus.PENDING)
        await work.session.execute(ours.values(status=MessageStatus.DEAD))


async def messages_to(world: World, recipient: str) -> list[OutboxMessage]:
    """All to one person. The list that admins read begins with those of tests whose clock runs ahead."""
    async with world.server.services.database.work() as work:
        theirs = select(OutboxMessage).where(OutboxMessage.recipient == recipient)
        return list(await work.session.scalars(theirs))


async def outbox_row(checkout: Checkout, key: str) -> OutboxMessage:
    async with checkout.services.database.work() as work:
        return (await work.session.execute(select(OutboxMessage).where(OutboxMessage.key == key))).scalar_one()
