"""SMS through a provider's HTTP interface: implements the SmsSender port.

One POST of ``{"to", "text", "from", "reference"}``, with a bearer token where there is one, as Nepali and other
providers take it or as a small relay can turn it into what they take.
``reference`` is the same on every try, for providers that tell repeats.
"""

import re

import httpx

from api.adapters.khalti_replies import local_phone
from dispatch.notifications.ports import SendFailed, SendRefused

_SERVER_ERRORS = 500
_TRY_AGAIN = frozenset({401, 403, 408, 425, 429})
_POSSIBLE = re.compile(r"\+?\d{7,15}")


class HttpSmsSender:
    """Sends over one HTTP client; the token is in no repr, log line or exception."""

    def __init__(
        self,
        url: str,
        token: str,
        sender: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._sender = sender
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(timeout=timeout_s, transport=transport, headers=headers)

    def __repr__(self) -> str:
        return f"HttpSmsSender({self._url!r})"

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def send(self, key: str, to: str, text: str) -> None:
        """Raises SendFailed where trying again may help, SendRefused where it will not."""
        number = local_phone(to)
        if not _POSSIBLE.fullmatch(number):
            raise SendRefused("This is not a phone number.")
        body = {"to": number, "text": text, "from": self._sender, "reference": key}
        try:
            reply = await self._client.post(self._url, json=body)
        except httpx.HTTPError as error:
            raise SendFailed(f"The SMS provider was not reached: {type(error).__name__}.") from None
        if reply.is_success:
            return
        again = reply.status_code >= _SERVER_ERRORS or reply.status_code in _TRY_AGAIN
        raise (SendFailed if again else SendRefused)(f"The SMS provider answered {reply.status_code}.")
