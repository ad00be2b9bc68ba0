"""A simulated transporter: drives to where its work is, and does the work that the demo itself made."""

import asyncio
import math
import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import structlog

from api.simulation.accounts.signed_in import SignedIn
from api.simulation.demo.faults import NO_FAULTS, FaultPlan
from api.simulation.demo.kathmandu import CENTRE, FAR_M, Point, Vehicle
from api.simulation.demo.people import Carrier
from api.simulation.demo.phone import Phone
from api.simulation.demo.random_source import dice
from api.simulation.demo.sign_ins import Caller, Refused
from api.simulation.demo.stories import IN_TRANSIT
from api.simulation.demo.whereabouts import Whereabouts

log = structlog.get_logger(__name__)

TICK_S = 2.0
IDLE_TICKS = 5
"""A phone that lies still and has no parcel speaks every so many ticks."""
THERE_M = 30.0
FIX_NOISE_M = 2.5
HANDOVER_S = (15.0, 40.0)
"""At each door, before the parcel changes hands and after it was taken."""
REST_S = (10.0, 60.0)
WANDER_M = 1_500.0
LOOK_AGAIN_S = 120.0
"""How often work is asked for without having been told of any."""
WATCH_S = 5.0
"""How often somebody else's deliveries are looked at: only their maker says when they are picked up."""
PATIENCE_S = 90.0
"""How long one waits at a door for somebody else before seeing to the next parcel."""
TAKEOVER_S = 60.0
"""How long a real phone's last word keeps the simulation from speaking for the same transporter."""


@dataclass(slots=True)
class Task:
    """A delivery to see to."""

    delivery_id: int
    carrying: bool
    """Whether the parcel is on the vehicle: then it goes to the drop-off, else to the pickup."""
    pickup: Point | None
    drop: Point | None
    ours: bool
    """Whether the demo made it and nobody real acts as its transporter: then the simulation picks up and delivers."""
    place: int | None = None
    """Of its next stop among all that this transporter comes to, from 1, as its own page and every arrival have it."""
    not_before: float | None = None
    """When it is tried again, in seconds since 1970, where it was tried in vain."""

    @property
    def waits(self) -> bool:
        """Whether the next try lies ahead."""
        return self.not_before is not None and self.not_before > time.time()

    @property
    def target(self) -> Point | None:
        """Where to drive; None where nobody said, or where it is out of the vehicle's world."""
        point = self.drop if self.carrying else self.pickup
        return point if point is not None and point.distance_m(CENTRE) < FAR_M else None


class Driver:
    """One transporter on the road."""

    def __init__(
        self,
        transporter_id: int,
        carrier: Carrier,
        caller: Caller,
        *,
        socket_url: str,
        whereabouts: Whereabouts,
        signed_in: SignedIn,
        own_deliveries: AbstractSet[int],
        start: Point | None = None,
        pause_s: float = 0.0,
        faults: FaultPlan = NO_FAULTS,
    ) -> None:
        self.transporter_id = transporter_id
        device = f"demo-{transporter_id}"
        self.phone = Phone(socket_url, caller, device, self._look_soon, faults.of(device))
        self._home = carrier.home
        self._vehicle = Vehicle(start or carrier.home, carrier.vehicle.cruise_mps)
        self._caller = caller
        self._whereabouts = whereabouts
        self._signed_in = signed_in
        self._own_deliveries = own_deliveries
        self._tasks: list[Task] = []
        self._look_at = 0.0
        self._stay_until = time.monotonic() + pause_s
        self._rest_until: float | None = time.monotonic() + dice.uniform(0, REST_S[1])
        self._arrived: dict[tuple[int, bool], float] = {}
        self._ticks = 0
        self._battery = dice.uniform(0.5, 1.0)

    async def drive(self) -> None:
        """Drive and report for ever; ``phone.run`` runs beside it."""
        await self._settle_in()
        while True:
            started = time.monotonic()
            try:
                if not self.phone.is_cut_off:
                    await self.look_for_work()
                    await self._act()
                await self._report()
            except (Refused, httpx.HTTPError) as error:
                log.info("a simulated step failed", transporter=self.transporter_id, reason=str(error))
                self._look_at = time.monotonic() + WATCH_S
            await asyncio.sleep(max(0.1, TICK_S - (time.monotonic() - started)))
            self._vehicle.advance(time.monotonic() - started)

    async def _settle_in(self) -> None:
        """Go on where the last run ended."""
        known = self._whereabouts.of(self.transporter_id)
        if known is not None and known.point.distance_m(CENTRE) < FAR_M:
            self._vehicle.put_at(known.point)
        await self._report()
        await asyncio.sleep(dice.uniform(0, TICK_S))  # not all in the same instant

    # --- work ---------------------------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        self._look_at = 0.0

    async def look_for_work(self) -> None:
        """Ask what there is to see to, where it is time for that. Raises Refused and httpx.HTTPError."""
        now = time.monotonic()
        if now < self._look_at:
            return
        foreign = any(not task.ours for task in self._tasks)
        self._look_at = now + (WATCH_S if foreign else LOOK_AGAIN_S * dice.uniform(0.7, 1.3))
        found = await self.tasks_now()
        if any(not task.ours for task in found):
            self._look_at = min(self._look_at, now + WATCH_S)
        known = {(task.delivery_id, task.carrying) for task in found}
        self._arrived = {key: at for key, at in self._arrived.items() if key in known}
        self._tasks = found

    async def tasks_now(self) -> list[Task]:
        """What there is to see to, as the server has it. Raises Refused and httpx.HTTPError."""
        played = await self._is_played()
        found: list[Task] = []
        for status in ("in_transit", "picked_up", "assigned"):
            page = await self._caller.call(
                "GET", f"/api/transporters/{self.transporter_id}/deliveries/", status=status, page_size=100
            )
            found += [await self._task(row, played=played) for row in page["results"]]
        return found

    async def _is_played(self) -> bool:
        """Whether the simulation acts for this transporter: a person who has signed in as it is left to act alone."""
        return not await self._signed_in.elsewhere(self._caller.email, self._caller.sign_ins)

    async def _task(self, row: dict[str, Any], *, played: bool) -> Task:
        again = None
        if row["status"] == IN_TRANSIT:
            whole = await self._caller.call("GET", f"/api/deliveries/{row['id']}/")
            again = whole["next_try"]
        return Task(
            row["id"],
            row["status"] != "assigned",
            _point(row["pickup_latitude"], row["pickup_longitude"]),
            _point(row["delivery_latitude"], row["delivery_longitude"]),
            played and row["id"] in self._own_deliveries,
            min((stop["number"] for stop in row["stops"]), default=None),
            None if again is None else datetime.fromisoformat(again["starts_at"]).timestamp(),
        )

    def next_task(self) -> Task | None:
        """Whose stop comes next in the order that the server tells; somebody else's that kept us waiting comes last."""
        now = time.monotonic()

        def rank(task: Task) -> tuple[bool, float, int]:
            arrived = self._arrived.get((task.delivery_id, task.carrying))
            in_vain = not task.ours and arrived is not None and now - arrived > PATIENCE_S
            return in_vain, math.inf if task.place is None else task.place, task.delivery_id

        return min((task for task in self._tasks if task.target is not None and not task.waits), key=rank, default=None)

    async def _act(self) -> None:
        task = self.next_task()
        if task is None or task.target is None:
            self._wander()
            return
        if time.monotonic() < self._stay_until:
            return
        if self._vehicle.point.distance_m(task.target) > THERE_M:
            self._vehicle.head_for(task.target)
            return
        self._vehicle.halt()
        key = (task.delivery_id, task.carrying)
        if key not in self._arrived:
            self._arrived[key] = time.monotonic()
            self._stay(HANDOVER_S if task.ours else (0.0, 0.0))
        elif task.ours:
            await self.hand_over(task)

    async def hand_over(self, task: Task) -> None:
        """Pick up or deliver, here. Raises Refused and httpx.HTTPError."""
        if not await self._is_played():  # since it looked for work somebody may have come
            self._look_soon()
            return
        point = self._vehicle.point.rounded()
        step: dict[str, Any] = {"latitude": point.lat, "longitude": point.lon}
        if task.carrying:
            step["customer_rating"] = dice.choices([5, 4, 3], [6, 3, 1])[0]
        verb = "deliver" if task.carrying else "pickup"
        self._look_soon()  # whatever the answer, the list has changed
        await self._caller.call("POST", f"/api/deliveries/{task.delivery_id}/{verb}/", step)
        if not task.carrying:
            self._stay(HANDOVER_S)

    def _stay(self, between_s: tuple[float, float]) -> None:
        self._stay_until = time.monotonic() + dice.uniform(*between_s)

    def _wander(self) -> None:
        """Drive about near home, with rests."""
        now = time.monotonic()
        if self._vehicle.driving:
            self._rest_until = None
        elif self._rest_until is None:
            self._rest_until = now + dice.uniform(*REST_S)
        elif now >= self._rest_until:
            self._vehicle.head_for(self._home.near(WANDER_M))

    # --- position -----------------------------------------------------------------------------------------------

    async def _report(self) -> None:
        self._ticks += 1
        if not (self._vehicle.driving or self._tasks or self._ticks % IDLE_TICKS == 1):
            return
        taken_over = self._other_phone()
        if taken_over is not None:
            self._vehicle.put_at(taken_over)
            return
        self._battery = self._battery - 0.0001 if self._battery > 0.1 else 1.0  # noqa: PLR2004  # plugged in again
        here = self._vehicle.point.near(FIX_NOISE_M)
        await self.phone.report(
            here.lat,
            here.lon,
            speed_mps=self._vehicle.speed_mps,
            heading_deg=self._vehicle.heading_deg,
            battery=self._battery,
        )

    def _other_phone(self) -> Point | None:
        """Where a real phone that signed in as this transporter is, as long as it speaks: it goes first."""
        newest = self._whereabouts.of(self.transporter_id)
        if newest is None or newest.device == self.phone.device or time.time() - newest.received_s > TAKEOVER_S:
            return None
        return newest.point


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat, lon)
