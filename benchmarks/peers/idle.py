"""Bare uvicorn holding idle sockets: an ASGI function that accepts and waits. Deflate is off, as it is with us.

``python -m benchmarks.peers.idle PORT``
"""

import sys
from typing import Any

import uvicorn


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI's own callables
    """One connection."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": '{"type":"snapshot"}'})
    while (await receive())["type"] != "websocket.disconnect":
        pass


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
        backlog=2048,
    )


if __name__ == "__main__":
    main()
