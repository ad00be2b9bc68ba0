"""A partner of the marketplace: an endpoint, its receiver, and the job that sends to it."""

import itertools
from collections.abc import Collection, Mapping
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from api.adapters.webhooks import HttpWebhookTransport
from dispatch.database.engine import Database
from dispatch.events.payloads.deliveries import DeliveryPickedUp
from dispatch.events.recording import record_all
from dispatch.webhooks.endpoints import WebhookEndpoints
from dispatch.webhooks.fan_out import fan_out
from dispatch.webhooks.models import WebhookEndpoint, WebhookMessage
from dispatch.webhooks.sender import WebhookSender
from tests.support.checkout import ShiftedClock, StoppedClock
from tests.support.webhook_receiver import Receiver

HERE = (ip_network("127.0.0.0/8"),)
# For an answer that comes, and for one that never does.
PATIENCE_S, HURRY_S = 30.0, 1.0
subjects = itertools.count(1)


class PatientWhereHeard:
    """Waits for long for an answer about an event that the receiver has seen before, and for a moment otherwise."""

    def __init__(self, seen: Collection[str]) -> None:
        self._seen = seen
        self._patient = HttpWebhookTransport(HERE, within_s=PATIENCE_S)
        self._hasty = HttpWebhookTransport(HERE, within_s=HURRY_S)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        transport = self._patient if headers["webhook-id"] in self._seen else self._hasty
        return await transport.post(url, headers, body)

    async def aclose(self) -> None:
        await self._patient.aclose()
        await self._hasty.aclose()


class Partner:
    """An endpoint at a receiver, and the job that sends to it, whose clock and pauses the test moves."""

    def __init__(self, database: Database, receiver: Receiver, endpoint: WebhookEndpoint) -> None:
        self.database = database
        self.receiver = receiver
        self.id = endpoint.id
        self.secret = endpoint.secret
        self.clock: ShiftedClock = ShiftedClock()
        self.transport = HttpWebhookTransport(HERE, within_s=PATIENCE_S)
        self.sender = WebhookSender(database, self.clock, self.transport)

    async def hurry(self, within_s: float = HURRY_S) -> None:
        """Where a receiver gives no answer, a test need not wait for it as long as for one that is slow."""
        await self.transport.aclose()
        self.transport = HttpWebhookTransport(HERE, within_s=within_s)
        self.sender = WebhookSender(self.database, self.clock, self.transport)

    def stop_clock(self) -> None:
        """From now on it goes only as far as the test moves it."""
        self.clock = StoppedClock()
        self.sender = WebhookSender(self.database, self.clock, self.transport)

    async def happen(self, *events: Any) -> None:
        """Something happens, and what is due is sent."""
        async with self.database.transaction() as connection:
            await record_all(connection, events, at=self.clock.now())
        await self.send()

    async def send(self) -> None:
        await fan_out(self.database, self.clock)
        await self.sender.run()

    async def skip_pauses(self) -> None:
        """As if all that waits had waited long enough; the clock stays, for signatures are of the present."""
        async with self.database.connection() as connection:
            await connection.execute("UPDATE webhook_messages SET next_attempt_at = $1", self.clock.now())
        await self.send()

    async def endpoint(self) -> WebhookEndpoint:
        async with self.database.work() as work:
            return await WebhookEndpoints(work, self.clock).get(self.id)

    async def messages(self) -> list[WebhookMessage]:
        async with self.database.work() as work:
            query = select(WebhookMessage).where(WebhookMessage.endpoint_id == self.id)
            return list(await work.session.scalars(query.order_by(WebhookMessage.sequence)))


def picked_up(delivery_id: int) -> DeliveryPickedUp:
    return DeliveryPickedUp(
        delivery_id=delivery_id, delivery_uuid=uuid4(), tracking_number="TRK", transporter_id=next(subjects)
    )
