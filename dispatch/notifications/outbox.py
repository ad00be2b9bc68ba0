"""Writing messages: in the transaction of what they tell about, so that neither exists without the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from dispatch.database.work import Work
from dispatch.notifications.models import Channel, MessageStatus, OutboxMessage


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to write. ``key`` names the event and the person: the same thing is told once."""

    key: str
    channel: Channel
    template: str
    recipient: str
    content: Mapping[str, Any] = field(repr=False)


async def write_messages(work: Work, messages: Iterable[NewMessage], now: datetime) -> None:
    """Put messages into the outbox. One whose key is there already, or that has no recipient, is left out."""
    rows = [
        {
            "key": message.key,
            "channel": message.channel,
            "template": message.template,
            "recipient": message.recipient,
            "content": dict(message.content),
            "status": MessageStatus.PENDING,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
            "updated_at": now,
        }
        for message in messages
        if message.recipient
    ]
    if rows:
        await work.session.execute(insert(OutboxMessage).values(rows).on_conflict_do_nothing(index_elements=["key"]))
