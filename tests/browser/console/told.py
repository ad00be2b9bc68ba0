"""A console that hears what a test says instead of its server: scenes that no phone would make in time."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import BrowserContext, WebSocketRoute

from tests.support.world import Place


@dataclass
class Told:
    """Speaks to every console of a browser; what was said first is said again to whoever comes back."""

    first: dict[str, Any]
    sockets: list[WebSocketRoute] = field(default_factory=list)

    async def listen(self, context: BrowserContext) -> None:
        """Take the server's place."""
        await context.route_web_socket("**/ws/console", self._opened)

    def say(self, **some: Any) -> None:
        """A frame to all that listen."""
        for socket in self.sockets:
            socket.send(json.dumps(frame(**some)))

    def _opened(self, socket: WebSocketRoute) -> None:
        def heard(_: str | bytes) -> None:
            socket.send(json.dumps(frame(reset=True, **self.first)))

        self.sockets.append(socket)
        socket.on_message(heard)


def forgive_strangers(complaints: list[str]) -> None:
    """The server was asked for parcels that only the test has told of, and did not know them."""
    complaints[:] = [one for one in complaints if "404" not in one]


def frame(**some: Any) -> dict[str, Any]:
    """A word of the fleet; what is not said is empty."""
    plain: dict[str, Any] = {"reset": False, "transporters": [], "gone": [], "deliveries": [], "profiles": []}
    return {"type": "fleet", **plain, "server_time": stamp(), **some}


def stamp(ago_s: float = 0.0) -> str:
    """So many seconds ago, as frames say it."""
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def courier(number: int, place: Place, **some: Any) -> dict[str, Any]:
    """Somebody who stands there, free and heard of just now."""
    plain = {"speed_mps": 0.0, "heading_deg": None, "accuracy_m": 5.0, "active": 0, "presence": "online"}
    return {"id": number, "lat": place[0], "lon": place[1], "recorded_at": stamp(), "battery": None, **plain, **some}


def profile(number: int, name: str) -> dict[str, Any]:
    """Who that is."""
    plain = {"business_name": name, "phone": "+9779800000000", "vehicle_type": "motorcycle", "vehicle_number": "BA 1"}
    return {"id": number, "name": name, **plain, "capacity": 20.0, "max_active": 5, "rating": 4.5}


def parcel(number: int, pickup: Place, door: Place, **some: Any) -> dict[str, Any]:
    """One that waits, and nobody asked for a time."""
    empty = ("transporter_id", "pickup_from", "due_at", "assigned_at", "picked_up_at", "planned_at", "expected_at")
    more = ("stops_before", "at_stop", "at_stop_since", "hold_until", "hold_reason", "on_hold", "attempt", "next_try")
    return {
        **dict.fromkeys((*empty, *more)),
        "id": number,
        "tracking_number": f"TRK{number:013d}",
        "status": "available",
        "pickup": {"lat": pickup[0], "lon": pickup[1]},
        "dropoff": {"lat": door[0], "lon": door[1]},
        "priority": "normal",
        "pinned": False,
        "pickup_address": f"Thamel {number}",
        "delivery_address": f"Patan {number}",
        "weight": 1.5,
        "created_at": stamp(30),
        **some,
    }
