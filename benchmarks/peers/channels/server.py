"""Django Channels with channels_redis under uvicorn: GEOADD for each ping, an ack for every hundred.

No validation beyond ``json.loads``, no history, no dedupe. Runs in an environment of its own:
``python server.py PORT REDIS_SOCKET``
"""

import json
import sys
from itertools import count
from typing import Any

import django
import redis.asyncio
import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

ACK_EVERY = 100
PORT, REDIS_SOCKET = int(sys.argv[1]), sys.argv[2]

settings.configure(
    SECRET_KEY="only for measuring",  # noqa: S106  # signs nothing
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [f"unix://{REDIS_SOCKET}"]},
        }
    },
)
django.setup()
store = redis.asyncio.Redis(unix_socket_path=REDIS_SOCKET)
numbers = count(1)


class Pings(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels ships no types
    """One phone."""

    async def connect(self) -> None:
        """Accept and name it."""
        self.member = f"vehicle-{next(numbers)}"
        self.count = 0
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A hello or a ping."""
        frame: dict[str, Any] = json.loads(text_data or bytes_data or "")
        if frame["type"] == "hello":
            await self.send(text_data='{"type":"welcome","last_seq":0}')
            return
        self.count += 1
        await store.geoadd("peer:geo", (frame["lon"], frame["lat"], self.member))
        if self.count % ACK_EVERY == 0:
            await self.send(text_data=json.dumps({"type": "ack", "seq": frame["seq"]}))


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/transporter", Pings.as_asgi())])})

if __name__ == "__main__":
    uvicorn.run(
        application,
        port=PORT,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="error",
        lifespan="off",
        loop="uvloop",
    )
