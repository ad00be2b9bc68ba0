"""Webhooks: signed, fresh, once; and even then only a reason to look the payment up."""

from typing import Any

import msgspec
from litestar import Controller, Request, post
from sqlalchemy.dialects.postgresql import insert

from api.http.described_errors import RAW_BODY
from api.http.injected import GivenWork
from api.http.queries import OPEN_QUERY
from api.http.security import PUBLIC
from api.routes.payments.answers import WebhookAnswer, WebhookData, failure_of
from api.routes.payments.payments import Pidx
from api.routes.payments.services import GivenServices
from dispatch.errors import Conflict, Invalid
from dispatch.payments.rows import get_by_pidx
from dispatch.payments.settling.models import WebhookReceipt
from dispatch.payments.settling.webhook_signatures import HEADERS, check_body, check_headers


class NamedPayment(msgspec.Struct, frozen=True):
    """What is read of a webhook: which payment. What it says of it is looked up."""

    pidx: Pidx


class Webhook(msgspec.Struct, frozen=True):
    """``{"event": "payment.completed", "data": {"pidx": …}}``."""

    event: str
    data: NamedPayment


def _read(body: bytes) -> tuple[dict[str, Any], Webhook]:
    try:
        content = msgspec.json.decode(body, type=dict[str, Any])
        return content, msgspec.convert(content, Webhook)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        words = "is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
        raise Invalid("This is not a webhook.", code="WEBHOOK_MALFORMED", fields={"body": words}) from None


class WebhookController(Controller):
    """``/api/v1/payments/webhook/``."""

    tags = ("payments",)

    @post("/webhook/", opt=PUBLIC | OPEN_QUERY | {RAW_BODY: Webhook}, status_code=200)
    async def receive(self, request: Request[Any, Any, Any], work: GivenWork, services: GivenServices) -> WebhookAnswer:
        """A signed word from the gateway: settle the payment that it names."""
        body = await request.body()
        content, webhook = _read(body)
        secrets = [secret.get_secret_value() for secret in services.settings.webhook_secrets]
        now = services.clock.now()
        if any(name in request.headers for name in HEADERS):
            webhook_id = check_headers(secrets, request.headers, body, now)
        else:
            webhook_id = check_body(secrets, content, now)
        if await work.session.get(WebhookReceipt, webhook_id) is not None:
            raise Conflict("This webhook was received before.", code="WEBHOOK_REPLAYED")
        await work.commit()  # settling has transactions of its own; none waits beside it
        settled = await services.settlement.settle(await get_by_pidx(services.database, webhook.data.pidx))
        # Only once it is settled: one that failed may come again.
        receipt = insert(WebhookReceipt).values(webhook_id=webhook_id, received_at=now)
        await work.session.execute(receipt.on_conflict_do_nothing())
        payment = settled.payment
        told = WebhookData(payment.transaction_id, payment.status, failure_of(payment))
        return WebhookAnswer("success", "Webhook processed", told)
