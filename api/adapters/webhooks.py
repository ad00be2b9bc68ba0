"""Webhooks over HTTP: implements the WebhookTransport port.

The name is resolved, its addresses are judged, and the connection goes to a judged address: a name that answers
otherwise a moment later (DNS rebinding) changes nothing. Redirects are not followed, proxies of the environment are not
asked, and no connection is used twice: one that was opened for another name was not proved for this one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address

import httpx

from api.adapters.addresses import Address, Network, resolve_allowed
from api.version import VERSION
from dispatch.ports import WebhookFailed

WITHIN_S = 15.0


class HttpWebhookTransport:
    """Sends each event over a connection of its own."""

    def __init__(self, own_networks: Sequence[Network] = (), *, within_s: float = WITHIN_S) -> None:
        """``own_networks``: private ones that may be reached, also without TLS."""
        self._own_networks = tuple(own_networks)
        self._within_s = within_s
        self._client = httpx.AsyncClient(
            timeout=within_s,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"user-agent": f"dispatch-server/{VERSION}", "accept": "*/*"},
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """See ``WebhookTransport``."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._post(httpx.URL(url), headers, body)
        except (TimeoutError, httpx.TimeoutException):
            raise WebhookFailed(f"No answer within {self._within_s:g} s.") from None
        except httpx.HTTPError as error:
            raise WebhookFailed(f"It was not reached: {type(error).__name__}.") from None
        except httpx.InvalidURL:
            raise WebhookFailed("Its address cannot be used.") from None

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        port = url.port or (443 if url.scheme == "https" else 80)
        allowed = await resolve_allowed(url.host, port, self._own_networks)
        if url.scheme != "https":
            allowed = [(address, is_own) for address, is_own in allowed if is_own]
        if not allowed:
            raise WebhookFailed("Only https is spoken to public addresses.")
        for address, _ in allowed[:-1]:
            try:
                return await self._send(url, address, headers, body)
            except httpx.ConnectError:
                continue  # nothing was sent; the name has another address
        return await self._send(url, allowed[-1][0], headers, body)

    async def _send(self, url: httpx.URL, address: Address, headers: Mapping[str, str], body: bytes) -> int:
        """To an address and nowhere else; certificates are those of the name."""
        there = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=there),
            content=body,
            headers={**headers, "host": url.netloc.decode(), "content-type": "application/json"},
            extensions={"sni_hostname": url.host},
        )
        reply = await self._client.send(request, stream=True)
        try:
            return reply.status_code  # what else it says is not read: it may be without end
        finally:
            await reply.aclose()
