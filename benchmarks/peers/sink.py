"""The bare sink: uvicorn and an ASGI function that decodes each ping and acknowledges every so many. Stores nothing.

``python -m benchmarks.peers.sink PORT ACK_EVERY``
"""

import sys
from typing import Any

import msgspec
import uvicorn

from realtime.protocol import Hello, Ping

_decode = msgspec.json.Decoder(Hello | Ping).decode
ACK_EVERY = int(sys.argv[2])


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI's own callables
    """One connection."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    last = count = 0
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        frame = _decode(message["text"])
        if isinstance(frame, Hello):
            await send({"type": "websocket.send", "text": '{"type":"welcome","last_seq":0}'})
            continue
        last = frame.seq
        count += 1
        if count % ACK_EVERY == 0:
            await send({"type": "websocket.send", "text": f'{{"type":"ack","seq":{last}}}'})


def main() -> None:
    """Serve until killed."""
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="error",
        lifespan="off",
        loop="uvloop",
    )


if __name__ == "__main__":
    main()
