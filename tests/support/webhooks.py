"""Webhooks as the gateway sends them, and the secrets of the test run's server."""

import json
import math
import time
from datetime import UTC, datetime
from uuid import uuid4

from standardwebhooks import Webhook

WEBHOOK_PATH = "/api/v1/payments/webhook/"

# Two, as while one secret takes the other's place.
OLD_WEBHOOK_SECRET = "whsec_b2xkLXNlY3JldC1vZi10aGUtdGVzdHM="
NEW_WEBHOOK_SECRET = "whsec_bmV3LXNlY3JldC1vZi10aGUtdGVzdHM="


def webhook_body(pidx: str) -> bytes:
    data = {"pidx": pidx, "status": "Completed", "amount": 292500, "timestamp": datetime.now(UTC).isoformat()}
    return json.dumps({"event": "payment.completed", "data": data}).encode()


def signed(
    body: bytes, secret: str = NEW_WEBHOOK_SECRET, *, at: float | None = None, webhook_id: str = ""
) -> dict[str, str]:
    """Headers as the Standard Webhooks library of others makes them."""
    webhook_id, sent_at = webhook_id or f"msg_{uuid4().hex}", datetime.fromtimestamp(at or time.time(), UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(math.floor(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, sent_at, body.decode()),
        "content-type": "application/json",
    }
