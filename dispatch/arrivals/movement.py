"""What stored fixes mean for deliveries: parcels that left, arrivals and departures, late ones backdated.

Fixes are read in time order from where a delivery's journey stands. One that lies before that makes the whole track
be read again from the history, so what is noticed does not depend on the order in which fixes came. The journey's
row lock lets one process at a time read; telling the same fixes twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import ARRAY, BigInteger, Select, String, delete, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.arrivals.events import DeliveryEvent, DeliveryJourney, EventKind
from dispatch.arrivals.journey import Journey, NoticedEvent, SeenFix, Stage, new_journey, read_on
from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import DeliveryAct
from dispatch.deliveries.models import IS_UNDER_WAY, Delivery, DeliveryStatus, DeliveryStep
from dispatch.deliveries.service import Deliveries, Place
from dispatch.deliveries.step_times import StepTime
from dispatch.events.payloads.deliveries import DeliveryArrived
from dispatch.events.recording import record
from dispatch.geo import great_circle_m
from dispatch.ports import Clock, Publisher, StatusChange
from dispatch.tracking.models import StoredFix
from dispatch.tracking.runs import Run, recorded_ms

# Farther than a phone's fix is off in a street, nearer than the first corner.
LEFT_AFTER_M = 150.0
# Not believed, so they mean nothing.
UNBELIEVED = frozenset({"unconfirmed", "duplicate"})
# Watchers are told of arrivals, unless they are this old: history tells those.
NEWS_FOR = timedelta(minutes=10)
ARRIVALS: dict[EventKind, Literal["pickup", "dropoff"]] = {
    EventKind.ARRIVED_AT_PICKUP: "pickup",
    EventKind.ARRIVED_AT_DROPOFF: "dropoff",
}


class Movement:
    """Reads stored fixes for the deliveries of their transporters."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def note(self, runs: Sequence[Run]) -> None:
        """May be told the same twice, and in any order."""
        if not any(run.fixes for run in runs):
            return
        oldest = min(fix.recorded_at for run in runs for fix in run.fixes)
        async with self._database.work() as work:
            staged = await _staged(work.session, {run.transporter_id for run in runs}, oldest)
            seen = _believed(runs, {stage.transporter_id for _, stage in staged})
            concerned = [
                delivery
                for delivery, stage in staged
                if any(stage.covers(fix.at) for fix in seen[stage.transporter_id])
            ]
            journeys = await lock_journeys(work.session, [delivery.id for delivery in concerned])
            await _read_arrived_again(work.session, concerned)
            for delivery in concerned:
                stage = _stage(delivery)
                if stage is None:
                    continue
                covered = [fix for fix in seen[stage.transporter_id] if stage.covers(fix.at)]
                if not covered:
                    continue
                await self._read(work, delivery, stage, journeys[delivery.id], covered)
                if delivery.status is DeliveryStatus.PICKED_UP:
                    await self._leave(work, delivery.id, covered)

    async def _read(
        self, work: Work, delivery: Delivery, stage: Stage, row: DeliveryJourney, fixes: Sequence[SeenFix]
    ) -> None:
        before = msgspec.convert(row.state, Journey) if row.state else new_journey(stage)
        other = (before.transporter_id, before.assigned_at) != (stage.transporter_id, stage.assigned_at)
        other = other or _told_late(before, stage)
        late = before.newest_at is not None and any(fix.at < before.newest_at for fix in fixes)
        if other or late:
            track = await _track(work.session, stage, until=max(fixes[-1].at, before.newest_at or fixes[-1].at))
            after, happened = read_on(new_journey(stage), stage, track)
        else:
            newer = [fix for fix in fixes if before.newest_at is None or fix.at > before.newest_at]
            after, happened = read_on(before, stage, newer)
        if other or late or happened:
            await self._write(work, delivery, happened, whole=other or late)
        if after != before:
            row.state = msgspec.to_builtins(after)

    async def _write(self, work: Work, delivery: Delivery, happened: Iterable[NoticedEvent], *, whole: bool) -> None:
        """Write the events down; where they are the ``whole`` truth, what no longer holds goes.

        Of a place whose point is not known any more nothing can be read again: what was noticed there stays.
        """
        rows = await work.session.scalars(select(DeliveryEvent).where(DeliveryEvent.delivery_id == delivery.id))
        known = {(event.kind, event.visit): event for event in rows}
        now = self._clock.now()
        for event in happened:
            found = known.pop((event.kind, event.visit), None)
            if found is not None:
                found.at, found.lat, found.lon = event.at, event.lat, event.lon
                continue
            work.session.add(DeliveryEvent(delivery_id=delivery.id, noticed_at=now, **event._asdict()))
            _record(work.session, delivery, event)
            if event.kind in ARRIVALS and delivery.status.under_way and now - event.at < NEWS_FOR:
                self._tell(work, delivery, event)
        if whole and known:
            gone = [event.id for event in known.values() if _has_point(delivery, event.kind)]
            await work.session.execute(delete(DeliveryEvent).where(among(DeliveryEvent.id, gone)))

    def _tell(self, work: Work, delivery: Delivery, event: NoticedEvent) -> None:
        """Watchers hear of an arrival under the present status: no client meets a status it does not know."""
        change = StatusChange(
            delivery.id,
            delivery.tracking_number,
            delivery.status.value,
            event.kind.message,
            event.at,
            delivery.transporter_id,
        )
        work.after_commit(lambda: self._publisher.status_changed(change))

    async def _leave(self, work: Work, delivery_id: int, fixes: Sequence[SeenFix]) -> None:
        """From picked up to in transit: the first fix that is clearly away from where the parcel was taken."""
        found = (
            await work.session.execute(
                select(Delivery, DeliveryStep.lat, DeliveryStep.lon)
                .join(DeliveryStep, DeliveryStep.delivery_id == Delivery.id)
                .where(
                    Delivery.id == delivery_id,
                    Delivery.status == DeliveryStatus.PICKED_UP,
                    DeliveryStep.status == DeliveryStatus.PICKED_UP,
                )
                .with_for_update(of=Delivery)
                .execution_options(populate_existing=True)
            )
        ).first()
        if found is None:
            return
        delivery, taken_lat, taken_lon = found
        lat = delivery.pickup_lat if taken_lat is None else taken_lat
        lon = delivery.pickup_lon if taken_lon is None else taken_lon
        if lat is None or lon is None or delivery.picked_up_at is None:
            return
        for fix in fixes:
            if fix.at >= delivery.picked_up_at and great_circle_m(lat, lon, fix.lat, fix.lon) >= LEFT_AFTER_M:
                now = self._clock.now()
                Deliveries(work, self._clock, self._publisher, road_factor=1.0).record(
                    delivery,
                    DeliveryAct.DEPART,
                    "Package is on the way",
                    place=Place(fix.lat, fix.lon),
                    when=StepTime(min(now, fix.at), now),
                )
                return


def _record(session: AsyncSession, delivery: Delivery, event: NoticedEvent) -> None:
    """Arrivals are events for others, also those that are noticed late; departures are not."""
    place = ARRIVALS.get(event.kind)
    if place is not None and delivery.transporter_id is not None:
        arrived = DeliveryArrived(
            **identity(delivery), transporter_id=delivery.transporter_id, place=place, visit=event.visit
        )
        record(session, arrived, at=event.at)


def concerned_query(transporters: Iterable[int], oldest: datetime) -> Select[Delivery]:
    """What these transporters have under way, or have delivered since a time.

    Each half has a partial index, so that it costs what it finds and not what a transporter has ever carried.
    """
    theirs = among(Delivery.transporter_id, transporters)
    ids = union_all(
        select(Delivery.id).where(theirs, text(IS_UNDER_WAY)),
        select(Delivery.id).where(theirs, Delivery.delivered_at >= oldest),
    )
    return select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id)


async def _staged(session: AsyncSession, transporters: Iterable[int], oldest: datetime) -> list[tuple[Delivery, Stage]]:
    """Deliveries that were under way with one of them at a time or after, in the order of their ids."""
    rows = await session.scalars(concerned_query(transporters, oldest))
    return [(delivery, stage) for delivery in rows if (stage := _stage(delivery)) is not None]


def _believed(runs: Sequence[Run], transporters: set[int]) -> defaultdict[int, list[SeenFix]]:
    """Their fixes in time order; most transporters carry nothing, and nothing is done for theirs."""
    seen: defaultdict[int, list[SeenFix]] = defaultdict(list)
    for run in runs:
        if run.transporter_id in transporters:
            seen[run.transporter_id] += [
                SeenFix(datetime.fromtimestamp(recorded_ms(fix) / 1000, UTC), fix.lat, fix.lon, fix.accuracy_m)
                for fix in run.fixes
                if UNBELIEVED.isdisjoint(run.flags.get(fix.seq, ()))
            ]
    for fixes in seen.values():
        fixes.sort(key=lambda fix: fix.at)
    return seen


def _told_late(before: Journey, stage: Stage) -> bool:
    """Whether a pickup became known only after later fixes were read: they mean something else then."""
    at, newest_at = stage.picked_up_at, before.newest_at
    return at is not None and before.picked_up_at is None and newest_at is not None and at < newest_at


def _stage(delivery: Delivery) -> Stage | None:
    if delivery.transporter_id is None or delivery.assigned_at is None:
        return None
    return Stage(
        delivery.transporter_id,
        delivery.assigned_at,
        delivery.picked_up_at,
        delivery.delivered_at,
        _point(delivery.pickup_lat, delivery.pickup_lon),
        _point(delivery.delivery_lat, delivery.delivery_lon),
    )


def _has_point(delivery: Delivery, kind: EventKind) -> bool:
    at_pickup = kind in {EventKind.ARRIVED_AT_PICKUP, EventKind.LEFT_PICKUP}
    return (delivery.pickup_lat if at_pickup else delivery.delivery_lat) is not None


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    return None if lat is None or lon is None else (lat, lon)


async def lock_journeys(session: AsyncSession, ids: Sequence[int]) -> dict[int, DeliveryJourney]:
    """The journeys of these deliveries, made where missing, held until the commit: nobody reads on meanwhile.

    They come before the deliveries' events.
    """
    if not ids:
        return {}
    missing = select(func.unnest(literal(ids, ARRAY(BigInteger))), literal({}, JSONB))
    await session.execute(
        insert(DeliveryJourney).from_select(["delivery_id", "state"], missing).on_conflict_do_nothing()
    )
    rows = await session.scalars(
        select(DeliveryJourney)
        .where(among(DeliveryJourney.delivery_id, ids))
        .order_by(DeliveryJourney.delivery_id)
        .with_for_update()
    )
    return {row.delivery_id: row for row in rows}


async def _read_arrived_again(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """What they are by now: whoever held the journeys may have forgotten the door, which happens after the arrival."""
    ids = [delivery.id for delivery in deliveries if delivery.delivered_at is not None]
    if ids:
        query = select(Delivery).where(among(Delivery.id, ids))
        await session.execute(query.execution_options(populate_existing=True))


async def _track(session: AsyncSession, stage: Stage, *, until: datetime) -> list[SeenFix]:
    """The stored track of a delivery so far, oldest first."""
    rows = await session.execute(
        select(StoredFix.recorded_at, StoredFix.lat, StoredFix.lon, StoredFix.accuracy_m)
        .where(
            StoredFix.transporter_id == stage.transporter_id,
            StoredFix.recorded_at >= stage.assigned_at,
            StoredFix.recorded_at <= min(until, stage.delivered_at or until),
            ~StoredFix.flags.bool_op("&&")(literal(sorted(UNBELIEVED), ARRAY(String(32)))),
        )
        .order_by(StoredFix.recorded_at)
    )
    return [SeenFix(*row) for row in rows]


async def list_events(session: AsyncSession, delivery_id: int) -> Sequence[DeliveryEvent]:
    """A delivery's arrivals and departures by the device's clock."""
    found = await session.scalars(
        select(DeliveryEvent)
        .where(DeliveryEvent.delivery_id == delivery_id)
        .order_by(DeliveryEvent.at, DeliveryEvent.id)
    )
    return found.all()
