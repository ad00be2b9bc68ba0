"""What carries messages, named by the business."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail. ``key`` is the same on every try, so that whoever receives it twice can tell."""

    key: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


class SendFailed(Exception):
    """It was not sent, or nobody knows; try again. ``reason`` names no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SendRefused(SendFailed):
    """It will never be taken; trying again is of no use."""


class MailSender(Protocol):
    """Sends e-mail."""

    async def send(self, mail: Mail) -> None:
        """Hand one mail over. Raises SendFailed or SendRefused."""
        ...


class SmsSender(Protocol):
    """Sends short messages."""

    async def send(self, key: str, to: str, text: str) -> None:
        """Hand one message over. Raises SendFailed or SendRefused."""
        ...
