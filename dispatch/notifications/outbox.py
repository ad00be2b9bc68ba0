"""Writing messages: in the transaction of what they tell about, so that neither exists without the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.database.engine import DriverConnection
from dispatch.database.records import to_json
from dispatch.notifications.models import Channel


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to write. ``key`` names the event and the person: the same thing is told once.

    ``reader``: the account that it is written to, in whose language it then is, wherever it goes.
    """

    key: str
    channel: Channel
    template: str
    recipient: str
    content: Mapping[str, Any] = field(repr=False)
    reader: int | None = None


WRITE = """
INSERT INTO outbox_messages (key, channel, template, recipient, content, status, attempts, next_attempt_at, created_at,
                             updated_at)
SELECT message.key, message.channel, message.template, message.recipient,
       CASE WHEN reader.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('language', reader.language) END
       || message.content,
       'pending', 0, $1, $1, $1
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[]) WITH ORDINALITY
     AS message (key, channel, template, recipient, content, reader_id, place)
LEFT JOIN users reader ON reader.id = message.reader_id
ORDER BY message.place
ON CONFLICT (key) DO NOTHING
"""


async def write_messages(connection: DriverConnection, messages: Iterable[NewMessage], now: datetime) -> None:
    """Put messages into the outbox. One whose key is there already, or that has no recipient, is left out."""
    wanted = [message for message in messages if message.recipient]
    if wanted:
        await connection.execute(
            WRITE,
            now,
            [message.key for message in wanted],
            [message.channel for message in wanted],
            [message.template for message in wanted],
            [message.recipient for message in wanted],
            [to_json(message.content) for message in wanted],
            [message.reader for message in wanted],
        )
