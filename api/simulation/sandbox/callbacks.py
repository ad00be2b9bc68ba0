"""Calls from the gateway to the merchant's server.

Khalti documents no such call; the project's API description shows one, so tests can order it. Its body
has the keys of that description.
"""

import asyncio
import functools
import logging
import ssl
from typing import Final

import httpx

from api.simulation.sandbox.payments import Payment
from api.simulation.sandbox.replies import lookup_body

_LOG = logging.getLogger("sandbox_gateway")
_TIMEOUT_S: Final = 20.0


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Made once: reading the authorities' certificates takes longer than a callback."""
    return httpx.create_ssl_context()


async def call_back(url: str, payment: Payment, times: int) -> list[int]:
    """POST the payment's state to ``url`` ``times`` times at once; each one's HTTP status, 0 for none."""
    body = {
        **lookup_body(payment),
        "purchase_order_id": payment.purchase_order_id,
        "purchase_order_name": payment.purchase_order_name,
    }
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, verify=_tls_context()) as client:

        async def one() -> int:
            try:
                return (await client.post(url, json=body)).status_code
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                _LOG.info("a callback got no answer: %s", type(error).__name__)
                return 0

        return list(await asyncio.gather(*(one() for _ in range(times))))
