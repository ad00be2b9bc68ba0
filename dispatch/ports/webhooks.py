"""What sends events to the addresses of partners."""

from collections.abc import Mapping
from typing import Protocol


class WebhookFailed(Exception):
    """A webhook was not delivered, or nobody knows. ``reason``: a sentence for its owner, without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookTransport(Protocol):
    """Sends events to addresses that strangers named."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send a JSON body once and return the status of the answer. Follows nothing, reaches no private network.

        Raises WebhookFailed where there is no answer in time, or the address may not be reached.
        """
        ...
