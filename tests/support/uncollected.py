"""What of connections is still there though nobody needs it: the garbage collector is not asked for it."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from litestar import WebSocket
from websockets.server import ServerProtocol

from api.server.http import HttpProtocol
from api.sockets.connections import WireConnection
from api.sockets.receive_buffer import ReceiveBuffer
from api.sockets.websocket_protocol import WebSocketProtocol
from realtime.console.session import ConsoleSession
from realtime.sockets.transporter_session import TransporterSession
from realtime.watching.event_stream import EventStream
from realtime.watching.watcher import Watcher

OF_A_CONNECTION = {
    *(HttpProtocol, WebSocketProtocol, ServerProtocol, ReceiveBuffer, WebSocket, WireConnection),
    *(TransporterSession, ConsoleSession, Watcher, EventStream),
}


@contextmanager
def uncollected() -> Iterator[Callable[[], Counter[str]]]:
    """Switches the garbage collector off; what of connections is there beyond what was there before."""
    gc.collect()
    gc.disable()
    before = _of_connections()
    try:
        yield lambda: _of_connections() - before
    finally:
        gc.enable()


def _of_connections() -> Counter[str]:
    return Counter(type(one).__name__ for one in gc.get_objects() if type(one) in OF_A_CONNECTION)
