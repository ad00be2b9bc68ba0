"""The ways of dispatching that are held against each other. What decides is the server; these only ask it to."""

from collections.abc import Sequence
from typing import ClassVar

from api.simulation.days.day import Spot
from api.simulation.days.errors import DayStuck
from api.simulation.days.parcels import Parcel
from api.simulation.days.town import Town

RETRY_S = 30.0
"""How often what nobody could take is tried again, where the server does not do that by itself."""
GIVE_UP_AFTER = 3
"""So many in a row that nobody can take end a round of tries: the town is full."""
BULK_EVERY_S = 120.0
TICK_S = 10
NEAREST = 500
MARGIN_M = 2_000.0
NOBODY = frozenset({404, 409})
"""Answers that say that nobody can take a delivery now, or that it is given already."""


class Policy:
    """A way of dispatching. This one leaves all to the server's rounds."""

    name: ClassVar[str]
    says: ClassVar[str]
    """What it is, for the report."""
    every_s: ClassVar[float] = RETRY_S
    jobs: ClassVar[frozenset[str]] = frozenset()
    """Background work of the server that runs at each of its moments, by the server's names."""
    is_quiet: ClassVar[bool] = True
    """Whether the answers tell all that was given; otherwise phones are listened to."""

    async def prepare(self, town: Town) -> None:
        """Before the first order. Raises DayStuck."""

    async def placed(self, town: Town, parcel: Parcel) -> None:
        """An order came in. Raises DayStuck."""

    async def tick(self, town: Town) -> None:
        """Each ``every_s``. Raises DayStuck."""

    async def moved(self, town: Town) -> dict[str, int]:  # noqa: ARG002
        """What the server moved by itself, by whether it was accepted. Raises DayStuck."""
        return {}


class _OneByOne(Policy):
    """Each as it comes, and again while nobody can take it."""

    async def placed(self, town: Town, parcel: Parcel) -> None:
        """Try at once."""
        await self.give(town, parcel)

    async def tick(self, town: Town) -> None:
        """Try again, the one that was ordered first first."""
        in_vain = 0
        for parcel in town.list_waiting():
            if in_vain >= GIVE_UP_AFTER:
                return
            in_vain = 0 if await self.give(town, parcel) else in_vain + 1

    async def give(self, town: Town, parcel: Parcel) -> bool:
        """Whether somebody has it now. Raises DayStuck."""
        raise NotImplementedError


class GreedyNearest(_OneByOne):
    """A dispatcher with a map: gives each parcel by hand to the nearest who can take it."""

    name = "greedy"
    says = "each order by hand to the nearest courier with room, as it comes"

    async def give(self, town: Town, parcel: Parcel) -> bool:
        """To the nearest, or to the next where that one cannot."""
        pickup = parcel.order.pickup
        found = await town.api.must(
            "GET",
            "/api/transporters/nearby/",
            town.admin,
            lat=round(pickup.lat, 7),
            lon=round(pickup.lon, 7),
            radius_km=50,
            limit=NEAREST,
        )
        for one in found["results"]:
            has_room = one["active_deliveries"] < one["max_active"] and one["free_capacity_kg"] >= parcel.weight_kg
            if not has_room:
                continue
            path = f"/api/deliveries/{parcel.uuid}/assign/"
            reply = await town.api.ask("POST", path, town.admin, {"transporter_id": one["id"]})
            if reply.is_good:
                town.expect(one["id"], parcel.delivery_id)
                return True
            _check(reply.status, reply.body, path)
        return False


class SingleBest(_OneByOne):
    """The server's best for each parcel alone."""

    name = "single"
    says = "each order to the server's best courier for it, as it comes"

    async def give(self, town: Town, parcel: Parcel) -> bool:
        """To the best."""
        path = "/api/auto-assign/"
        reply = await town.api.ask("POST", path, town.admin, {"delivery_id": parcel.delivery_id})
        if reply.is_good:
            town.expect(reply.body["assigned_transporter"]["id"], parcel.delivery_id)
            return True
        _check(reply.status, reply.body, path)
        return False


class BulkEveryTwoMinutes(Policy):
    """All that wait at once, for the highest total."""

    name = "bulk"
    says = "all that wait every two minutes, planned together for the highest total of scores"
    every_s = BULK_EVERY_S

    async def tick(self, town: Town) -> None:
        """Plan and give."""
        if not town.list_waiting():
            return
        path = "/api/auto-assign/"
        reply = await town.api.ask("POST", path, town.admin, {})
        if not reply.is_good:
            _check(reply.status, reply.body, path)
            return
        for one in reply.body["assignments"]:
            town.expect(one["transporter_id"], one["delivery_id"])


class OffersInWaves(Policy):
    """Each parcel is offered as it comes: to the best, then to three, then to five."""

    name = "offers"
    says = "each order offered as it comes, in waves of one, three and five; what nobody takes is offered again"
    every_s = TICK_S
    jobs = frozenset({"offers", "offer-notices"})
    is_quiet = False

    async def placed(self, town: Town, parcel: Parcel) -> None:
        """Begin a search."""
        await self._search(town, parcel)

    async def tick(self, town: Town) -> None:
        """Begin another for what nobody took."""
        if round(town.clock.now_s) % round(RETRY_S) == 0:
            for parcel in town.list_waiting():
                await self._search(town, parcel)

    async def _search(self, town: Town, parcel: Parcel) -> None:
        path = f"/api/deliveries/{parcel.uuid}/offers/"
        reply = await town.api.ask("POST", path, town.admin, {"mode": "waves", "ask_again": True})
        if not reply.is_good:
            _check(reply.status, reply.body, path)


class Rolling(Policy):
    """The server dispatches the town by itself, every few seconds."""

    name = "rolling"
    says = "the zone dispatches by itself every ten seconds and gives directly"
    every_s = TICK_S
    jobs = frozenset({"rolling"})
    is_quiet = False
    mode: ClassVar[str] = "direct"

    async def prepare(self, town: Town) -> None:
        """A zone around all that there is."""
        zone = {"name": "Town", "area": area_around(town), "rolling": True, "mode": self.mode, "tick_s": TICK_S}
        await town.api.must("POST", "/api/zones/", town.admin, zone)

    async def moved(self, town: Town) -> dict[str, int]:
        """As the place itself counts it."""
        places = await town.api.must("GET", "/api/zones/rolling/", town.admin)
        days = [place["last_day"] for place in places]
        return {name: sum(day[f"moved_{name}"] for day in days) for name in ("free", "accepted")}


class RollingWithOffers(Rolling):
    """The same, but whom the plan calls for is asked."""

    name = "rolling-offers"
    says = "the zone dispatches by itself every ten seconds and asks those whom its plan calls for, in waves"
    jobs = frozenset({"rolling", "offers", "offer-notices"})
    mode = "waves"


POLICIES: Sequence[Policy] = (
    GreedyNearest(),
    SingleBest(),
    BulkEveryTwoMinutes(),
    OffersInWaves(),
    Rolling(),
    RollingWithOffers(),
)


def area_around(town: Town) -> dict[str, object]:
    """A GeoJSON rectangle with all restaurants, doors and couriers in it."""
    spots = [spot for order in town.day.orders for spot in (order.pickup, order.dropoff)]
    spots += [courier.start for courier in town.day.couriers]
    west, east = min(spot.x for spot in spots) - MARGIN_M, max(spot.x for spot in spots) + MARGIN_M
    south, north = min(spot.y for spot in spots) - MARGIN_M, max(spot.y for spot in spots) + MARGIN_M
    corners = [Spot(west, south), Spot(east, south), Spot(east, north), Spot(west, north), Spot(west, south)]
    return {"type": "Polygon", "coordinates": [[[round(at.lon, 6), round(at.lat, 6)] for at in corners]]}


def _check(status: int, body: object, path: str) -> None:
    """That nobody can take it now is no surprise; anything else is. Raises DayStuck."""
    if status not in NOBODY:
        raise DayStuck(f"POST {path} answered HTTP {status}: {str(body)[:300]}")
