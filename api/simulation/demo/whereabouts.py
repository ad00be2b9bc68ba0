"""Where everyone was last, asked of the API for the whole fleet at once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from api.simulation.demo.kathmandu import Point
from api.simulation.demo.people import DOMAIN
from api.simulation.demo.sign_ins import Caller

ASK_EVERY_S = 2.0
PAGE_SIZE = 100
"""More than the demo has transporters."""


@dataclass(frozen=True, slots=True)
class LastFix:
    """A transporter's newest position, the device that said it, and when it came, in seconds since 1970."""

    point: Point
    device: str
    received_s: float


class Whereabouts:
    """The fleet's newest positions as a dispatcher sees them; ``caller`` is an admin."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._known: dict[int, LastFix] = {}

    def of(self, transporter_id: int) -> LastFix | None:
        """As it was when it was asked last; None where nothing was ever heard of it."""
        return self._known.get(transporter_id)

    async def ask(self) -> None:
        """Ask once. Raises Refused and httpx.HTTPError."""
        page = await self._caller.call("GET", "/api/transporters/", search=f"@{DOMAIN}", page_size=PAGE_SIZE)
        self._known = {
            row["id"]: LastFix(
                Point(row["position"]["lat"], row["position"]["lon"]),
                row["position"]["device"],
                datetime.fromisoformat(row["position"]["received_at"]).timestamp(),
            )
            for row in page["results"]
            if row["position"] is not None
        }

    async def follow(self) -> None:
        """Ask again and again, for ever. Raises Refused and httpx.HTTPError."""
        while True:
            await self.ask()
            await asyncio.sleep(ASK_EVERY_S)
