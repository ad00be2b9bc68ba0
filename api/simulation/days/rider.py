"""A courier in a simulated day: drives, waits, picks up, delivers, answers offers; one parcel after the other.

Whom it works for it hears over its phone; what it does it tells over the API, as the app does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from api.simulation.days.day import Courier, Spot
from api.simulation.days.drawing import ACCEPT, NOTHING
from api.simulation.days.errors import DayStuck
from api.simulation.days.parcels import Parcel
from api.simulation.days.phone import DayPhone, Frame
from api.simulation.days.town import Town
from api.simulation.days.workday import Workday

TOKEN_LIFE = timedelta(days=7)
BACK_ON_DUTY_S = 600.0
"""After so long somebody goes on duty again whom the server put off duty for not answering."""
CONFLICT = 409

Step = Callable[[], Awaitable[None]]


class Rider:
    """One courier. ``token``: of its app."""

    def __init__(self, courier: Courier, transporter_id: int, token: str, phone: DayPhone, town: Town) -> None:
        self.courier = courier
        self.transporter_id = transporter_id
        self.phone = phone
        self.work = Workday()
        self._token = token
        self._town = town
        self._queue: deque[Parcel] = deque()
        """What it was given; the first is the one that it works at."""
        self._aboard = False
        self._leg = 0
        """Counts what it sets out to do: what was planned for an earlier leg is over."""
        self._from = self._to = courier.start
        self._left_s = self._arrives_s = 0.0
        self._leaves = False
        self._offers: set[int] = set()
        self._turn = asyncio.Lock()
        """It does one thing at a time."""

    @property
    def spot(self) -> Spot:
        """Where it is now."""
        now_s = self._town.clock.now_s
        if now_s >= self._arrives_s:
            return self._to
        return self._from.towards(self._to, (now_s - self._left_s) / (self._arrives_s - self._left_s))

    async def begin_shift(self) -> None:
        """The phone is on, and it is on duty. Raises DayStuck."""
        await self.phone.switch_on(self._token)
        await self.ping()
        await self._go("on")
        self.work.begin(self._town.clock.now_s)

    async def end_shift(self) -> None:
        """It takes nothing more: off duty, or on a break until what it has is done. Raises DayStuck."""
        async with self._turn:
            self._leaves = True
            await (self._go("break") if self._queue else self._go_home())

    async def ping(self) -> None:
        """Say where it is, and wait until that is safe. Raises DayStuck."""
        await self.phone.ping(self.spot)
        await self.phone.acknowledged()

    async def hear(self, frame: Frame) -> None:
        """What the server said. Raises DayStuck."""
        kind = frame["type"]
        if kind == "duty":
            if not self._leaves:
                self._town.timeline.beside(self._town.clock.now_s + BACK_ON_DUTY_S, self._come_back)
            return
        parcel = self._town.by_delivery.get(frame["delivery_id"])
        if parcel is None:
            raise DayStuck(f"{self.courier.name} was told of delivery {frame['delivery_id']}, which nobody made.")
        if kind == "assignment":
            self._take(parcel)
            self._confirm_later(parcel)
        elif kind == "withdrawal":
            self._give_up(parcel, frame["reason"])
            await self._leave_if_done()
        elif kind == "offer" and frame["offer_id"] not in self._offers:
            self._consider(parcel, frame["offer_id"])

    def _consider(self, parcel: Parcel, offer_id: int) -> None:
        self._offers.add(offer_id)
        self._town.offers["asked"] += 1
        answer = self._town.draw.answer(self.courier, parcel.order)
        if answer.says == NOTHING:
            self._town.offers[NOTHING] += 1
            return
        says_yes = answer.says == ACCEPT
        says_it_s = self._town.clock.now_s + answer.after_s
        self._town.timeline.beside(says_it_s, partial(self._answer, parcel, offer_id, accept=says_yes))

    async def _answer(self, parcel: Parcel, offer_id: int, *, accept: bool) -> None:
        async with self._turn:
            if not self.phone.is_on:
                return
            stands = await self.phone.answer(offer_id, accept=accept)
            if stands.get("code"):
                self._town.offers["too_late"] += 1
                return
            self._town.offers["accept" if accept else "decline"] += 1
            if accept:
                self._take(parcel)

    def _take(self, parcel: Parcel) -> None:
        self._town.heard_of(self.transporter_id, parcel.delivery_id)
        if parcel in self._queue:
            return
        now_s = self._town.clock.now_s
        parcel.given_to(self.courier.name, now_s)
        self._queue.append(parcel)
        self.work.given(now_s)
        if len(self._queue) == 1:
            self._set_out()

    def _confirm_later(self, parcel: Parcel) -> None:
        """It looks at its phone after a while, and says that it will carry what it was given."""
        answer = self._town.draw.answer(self.courier, parcel.order)
        self._town.timeline.beside(self._town.clock.now_s + answer.after_s, partial(self._confirm, parcel))

    async def _confirm(self, parcel: Parcel) -> None:
        async with self._turn:
            if parcel not in self._queue or parcel.picked_up_s is not None:
                return
            reply = await self._town.api.ask("POST", f"/api/deliveries/{parcel.uuid}/accept/", self._token)
            if not reply.is_good and reply.status != CONFLICT:  # somebody else has it by now
                raise DayStuck(f"{self.courier.name} could not confirm {parcel.order.name}: {reply.body}")

    def _give_up(self, parcel: Parcel, reason: str) -> None:
        parcel.taken_from(self.courier.name, reason)
        if parcel not in self._queue:
            return
        was_at_it = self._queue[0] is parcel
        self._queue.remove(parcel)
        if was_at_it:
            self._stop()
            self._set_out()
        self._rest()

    def _set_out(self) -> None:
        """To the pickup of the first parcel, where there is one."""
        if self._queue:
            self._drive(self._queue[0].order.pickup, self._at_pickup)

    def _drive(self, to: Spot, then: Step) -> None:
        now_s, start = self._town.clock.now_s, self.spot
        self._leg += 1
        self._from, self._to, self._left_s = start, to, now_s
        self._arrives_s = now_s + start.distance_m(to) / self._town.day.metres_a_minute * 60
        self._then(self._arrives_s, then)

    def _then(self, when_s: float, step: Step) -> None:
        self._town.timeline.beside(when_s, partial(self._unless_over, self._leg, step))

    async def _unless_over(self, leg: int, step: Step) -> None:
        async with self._turn:
            if leg == self._leg:
                await step()

    def _stop(self) -> None:
        """Stay where it is, and forget what was planned."""
        here = self.spot
        self._count_way(here)
        self._leg += 1
        self._from = self._to = here
        self._left_s = self._arrives_s = self._town.clock.now_s

    def _count_way(self, until: Spot) -> None:
        self.work.drove(self._from.distance_m(until), empty=not self._aboard)

    async def _at_pickup(self) -> None:
        self._count_way(self._to)
        self._from = self._to
        await self.ping()
        parcel, day = self._queue[0], self._town.day
        half_s = day.pickup_min * 30
        there_s = self._town.clock.now_s + half_s
        self.work.waited_s += max(0.0, parcel.ready_s - there_s)
        self._then(max(there_s, parcel.ready_s) + half_s, self._pick_up)

    async def _pick_up(self) -> None:
        parcel, here = self._queue[0], self._to
        body = {"latitude": round(here.lat, 7), "longitude": round(here.lon, 7)}
        reply = await self._town.api.ask("POST", f"/api/deliveries/{parcel.uuid}/pickup/", self._token, body)
        if reply.status == CONFLICT:
            self._give_up(parcel, "no_longer_ours")
            await self._leave_if_done()
            return
        if not reply.is_good:
            raise DayStuck(f"{self.courier.name} could not pick up {parcel.order.name}: {reply.body}")
        self._aboard = True
        parcel.picked_up_s = self._town.clock.now_s
        self._drive(parcel.order.dropoff, self._at_door)

    async def _at_door(self) -> None:
        self._count_way(self._to)
        self._from = self._to
        await self.ping()
        self._then(self._town.clock.now_s + self._town.day.dropoff_min * 60, self._hand_over)

    async def _hand_over(self) -> None:
        parcel, here = self._queue[0], self._to
        body = {"latitude": round(here.lat, 7), "longitude": round(here.lon, 7)}
        await self._town.api.must("POST", f"/api/deliveries/{parcel.uuid}/deliver/", self._token, body)
        self._aboard = False
        parcel.delivered_s, parcel.holder = self._town.clock.now_s, None
        self._queue.popleft()
        self.work.delivered += 1
        self._set_out()
        self._rest()
        await self._leave_if_done()

    def _rest(self) -> None:
        if not self._queue:
            self.work.rests(self._town.clock.now_s)

    async def _come_back(self) -> None:
        if not self._leaves:
            await self._go("on")

    async def _leave_if_done(self) -> None:
        if self._leaves and not self._queue and self.phone.is_on:
            await self._go_home()

    async def _go_home(self) -> None:
        await self._go("off")
        self.work.end(self._town.clock.now_s)
        await self.phone.switch_off()

    async def _go(self, duty: str) -> None:
        reply = await self._town.api.ask("POST", "/api/transporters/me/duty/", self._token, {"duty": duty})
        if not reply.is_good and reply.status != CONFLICT:  # off duty already, where it did not answer offers
            raise DayStuck(f"{self.courier.name} could not go {duty}: {reply.body}")
