"""Deliveries are found by what stands in them now, in one field or the other, and wherever on earth they lie."""

import re
from datetime import date
from json import dumps

from sqlalchemy import select, update

from dispatch.database.search import digits_of, words_of
from dispatch.deliveries.finding import DeliveryFilter, deliveries_query
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.sought import PHONES, WORDS, SoughtDelivery
from tests.support.places import between
from tests.support.world import World, ok

KEPT = ("tracking_number", "pickup_lat", "pickup_lon", "delivery_lat", "delivery_lon")


async def test_what_a_delivery_is_looked_for_by_is_what_stands_in_it_also_after_a_change(world: World) -> None:
    number = (await world.delivery())["id"]
    changed = {"delivery_contact_name": "सीता  Rái", "delivery_contact_phone": "98-5100 0000", "pickup_lat": 27.5}
    stands = select(words_of(WORDS), digits_of(PHONES), *(getattr(Delivery, name) for name in KEPT))
    kept = select(SoughtDelivery.words, SoughtDelivery.phones, *(getattr(SoughtDelivery, name) for name in KEPT))
    for values in ({}, changed):
        async with world.server.services.database.work() as work:
            if values:
                await work.session.execute(update(Delivery).where(Delivery.id == number).values(values))
            told = (await work.session.execute(kept.where(SoughtDelivery.delivery_id == number))).one()
            assert tuple(told) == tuple((await work.session.execute(stands.where(Delivery.id == number))).one())


async def test_a_changed_name_is_found_in_any_script_and_the_old_one_no_more(world: World) -> None:
    admin, made = await world.admin(), await world.delivery(delivery_contact_name="Zebulon Quist")
    assert await _found(world, admin.headers, "zebulon q") == [made["id"]]
    async with world.server.services.database.work() as work:
        there = update(Delivery).where(Delivery.id == made["id"])
        await work.session.execute(there.values(delivery_contact_name="ज़ेबुलोन क्विस्ट"))
    assert await _found(world, admin.headers, "zebulon q") == []
    assert await _found(world, admin.headers, "जेबुलोन") == [made["id"]]
    assert await _found(world, admin.headers, "जेबुलेन") == []


async def test_a_text_is_found_within_one_field_and_not_across_two(world: World) -> None:
    admin = await world.admin()
    made = await world.delivery(pickup_address="Lane of Quorns", pickup_contact_name="Vyvyan Ooze")
    assert await _found(world, admin.headers, "of Quorns") == [made["id"]]
    assert await _found(world, admin.headers, "Quorns Vyvyan") == []
    assert await _found(world, admin.headers, "QuornsVyvyan") == []


async def test_a_place_beside_the_date_line_is_near_what_lies_on_the_other_side(world: World) -> None:
    admin, west, east = await world.admin(), (61.0, 179.99), (61.0, -179.99)
    made = await world.delivery(None, **between(west, west))
    params = {"lat": east[0], "lon": east[1], "radius_km": 2}
    listed = ok(await world.http.get("/api/deliveries/", params=params, headers=admin.headers))
    assert [one["id"] for one in listed["results"]] == [made["id"]]


async def test_what_has_no_step_in_doubt_is_not_looked_for_in_a_list_of_those_that_have(world: World) -> None:
    """Of such a list, once it is long, all is read for each delivery: of 300,000 it never ends."""
    database = world.server.services.database
    wanted = deliveries_query(DeliveryFilter(flagged=False), date(2026, 11, 22))
    query = wanted.compile(database.engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with database.connection() as driver:
        plan = await driver.fetchval(f"EXPLAIN (FORMAT JSON) {query}")
    assert re.search('"Join Type": "(Right )?Anti"', dumps(plan)), plan


async def _found(world: World, headers: dict[str, str], text: str) -> list[int]:
    listed = ok(await world.http.get("/api/deliveries/", params={"search": text}, headers=headers))
    return [one["id"] for one in listed["results"]]
