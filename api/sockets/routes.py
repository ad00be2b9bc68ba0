"""The sockets and event streams, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.sockets.endpoints import console_socket, track_socket, transporter_socket
from api.sockets.events import delivery_events
from api.sockets.services import SocketServices


def socket_routes(services: SocketServices) -> Router:
    """All of them, over the parts that they share."""
    return Router(
        path="/",
        route_handlers=[transporter_socket, track_socket, console_socket, delivery_events],
        dependencies=given(services),
    )
