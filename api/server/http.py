"""HTTP as uvicorn speaks it, and a request that becomes a WebSocket leaves nothing behind."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which lets its parser go when the connection is lost, but not when it is handed on.

    Parser and protocol hold each other, so every WebSocket would leave both for the garbage collector.
    """

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on."""
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]
