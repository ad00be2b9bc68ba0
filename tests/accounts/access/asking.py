"""How a route is asked: with things that are really there, and with a body that would succeed for their owner."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.business import Business
from tests.support.checkout import Checkout
from tests.support.world import Driver, Person, World


@dataclass(frozen=True)
class Ask:
    """One way to ask. ``owners``: role → whose it is; ``more``: what else httpx is given."""

    path: str
    body: Any = None
    owners: dict[str, Person] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """What asking needs: somebody to make things with, and what is there already and only read."""

    world: World
    business: Business
    checkout: Checkout
    admin: Person

    async def somebody(self, role: str) -> Person:
        """New, as an answer may end their account or their sign-in."""
        if role in {"transporter", "unverified"}:
            return await self.world.driver(verified=role == "transporter")
        return await self.world.person(role)

    async def driver(self, **profile: Any) -> Driver:
        return await self.world.driver(**profile)


Asking = Callable[[Stage], Awaitable[Ask]]
ASKINGS: dict[str, Asking] = {}
# Routes that say what they need in a few words: what is sent, where nothing has to be made first.
BODIES: dict[str, Any] = {}


def asks(route: str) -> Callable[[Asking], Asking]:
    """A decorator for what makes the things that a route needs and says how it is asked about them."""

    def kept(asking: Asking) -> Asking:
        ASKINGS[route] = asking
        return asking

    return kept


async def ask_of(stage: Stage, route: str) -> Ask:
    """How a route is asked, about things of its own where it changes them."""
    if route in ASKINGS:
        return await ASKINGS[route](stage)
    method, _, path = route.partition(" ")
    assert method == "GET" or "{" not in path, (
        f"{route} changes something: say in tests/accounts/access how it is asked"
    )
    owners = stage.business.owners if method == "GET" else {}
    return Ask(with_ids(path, stage.business.ids), BODIES.get(route), owners)


def with_ids(path: str, ids: dict[str, Any]) -> str:
    """The path of one thing, ended as the contract ends it."""
    parts = [str(ids[part[1:-1]]) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts) + ("" if "." in parts[-1] or not path.startswith(("/api/", "/health/")) else "/")
