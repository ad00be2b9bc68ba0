"""What happens is an event of the catalogue, in the transaction of the act and in one order for all who read."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select

from dispatch.database.engine import Database
from dispatch.events.catalogue import PAYLOADS
from dispatch.events.models import Event
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.transporters import TransporterOffDuty, TransporterOnDuty
from dispatch.events.recording import record, record_all
from dispatch.webhooks.fan_out import fan_out
from tests.support.places import north_of
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, World, ok

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def _of(database: Database, subject: str) -> list[Event]:
    async with database.work() as work:
        found = await work.session.scalars(select(Event).where(Event.subject == subject).order_by(Event.id))
        return list(found)


def _types(events: list[Event]) -> list[str]:
    return [event.type.partition(".")[2] for event in events]


def test_the_catalogue_has_every_payload_once() -> None:
    def leaves(kind: type[EventData]) -> list[type[EventData]]:
        below = kind.__subclasses__()
        return [leaf for one in below for leaf in leaves(one)] if below else [kind]

    assert sorted(payload.type for payload in PAYLOADS) == sorted(payload.type for payload in leaves(EventData))


async def test_a_parcel_s_way_is_told_event_by_event_in_its_order(world: World) -> None:
    driver = await world.driver()
    await world.online_at(driver, *north_of(BHAKTAPUR, 3000))  # at its door it would arrive, which is one more
    made = await world.delivery()
    path = f"/api/deliveries/{made['id']}"
    admin = await world.admin()
    given = {"transporter_id": driver.transporter_id}
    ok(await admin.post(f"{path}/assign/", given))
    ok(await admin.post(f"{path}/unassign/", {"reason": "mistake"}))
    for _ in range(2):  # a phone repeats what it got no answer to
        ok(await driver.post(f"{path}/accept/", {}))
    for step in ("pickup", "pickup", "deliver"):
        ok(await driver.post(f"{path}/{step}/", {}))
    events = await _of(world.server.services.database, f"delivery:{made['id']}")
    assert _types(events) == ["created", "assigned", "unassigned", "assigned", "accepted", "picked_up", "delivered"]
    assert {event.data["tracking_number"] for event in events} == {made["tracking_number"]}
    assert events[2].data["reason"] == "taken_back"


async def test_an_order_s_money_is_told_in_paisa(world: World) -> None:
    bought = await world.bought()
    order = f"order:{bought.order_id}"
    placed, paid = await _of(world.server.services.database, order)
    assert (placed.type, paid.type) == ("order.placed", "order.paid")
    assert paid.data["amount_paisa"] == placed.data["total_paisa"] > 250_000
    ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))

    async def refunded() -> list[Event] | None:
        events = await _of(world.server.services.database, order)
        return events if len(events) == 4 else None

    *_, cancelled, refund = await until(refunded)
    assert (cancelled.type, refund.type) == ("order.cancelled", "order.refunded")
    assert refund.data["is_whole"]
    assert refund.data["refunded_paisa"] == paid.data["amount_paisa"]


async def test_going_off_duty_is_told_once(world: World) -> None:
    driver = await world.driver()
    for available in (False, False, True):
        ok(await driver.patch("/api/transporters/me/", {"is_available": available}))
    events = await _of(world.server.services.database, f"transporter:{driver.transporter_id}")
    assert _types(events) == ["off_duty", "on_duty"]


async def test_what_is_rolled_back_is_no_event(world: World) -> None:
    database = world.server.services.database
    async with database.sessions() as session:
        record(session, TransporterOnDuty(transporter_id=-1), at=NOW)
        await session.flush()
        await session.rollback()
    assert await _of(database, "transporter:-1") == []


async def test_whoever_reads_on_misses_nothing_that_commits_late(world: World) -> None:
    """The earlier event has the lower id and the later number: nobody who read up to the other one misses it."""
    database = world.server.services.database
    early, late = TransporterOnDuty(transporter_id=-2), TransporterOffDuty(transporter_id=-3)
    async with database.transaction() as slow:
        await record_all(slow, [early], at=NOW)
        async with database.transaction() as quick:
            await record_all(quick, [late], at=NOW)
        seen = (await _numbered(database, "transporter:-3"))[0]
    missed = (await _numbered(database, "transporter:-2"))[0]
    assert missed.id < seen.id
    assert (missed.sequence or 0) > (seen.sequence or 0) > 0


async def test_many_at_once_are_numbered_in_their_order_whoever_numbers(world: World) -> None:
    database = world.server.services.database
    several: list[EventData] = [TransporterOnDuty(transporter_id=-4) for _ in range(200)]
    async with database.transaction() as connection:
        await record_all(connection, several, at=NOW)
    await asyncio.gather(*(fan_out(database, world.server.services.clock) for _ in range(4)))
    places = [event.sequence for event in await _numbered(database, "transporter:-4")]
    assert places == sorted(set(places), key=lambda place: place or 0)
    assert len(places) == len(several)


async def _numbered(database: Database, subject: str) -> list[Event]:
    async def all_numbered() -> list[Event] | None:
        events = await _of(database, subject)
        return events if events and all(event.sequence for event in events) else None

    numbered: list[Event] = await until(all_numbered)
    return numbered
