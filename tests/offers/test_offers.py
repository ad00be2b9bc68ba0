"""Transporters are asked for a delivery: who is asked, who gets it, and what the others are told."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from dispatch.database.engine import Database
from dispatch.offers.notices import OfferNotices
from dispatch.offers.waves import Asked, reveal_times
from tests.support.offer_searches import asked_for, driver_online_at, offer_to, open_offers, run_out, searches_of
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok, ping


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


@pytest.mark.parametrize("many", [10, pytest.param(100, marks=pytest.mark.heavy)])
async def test_of_all_who_accept_at_once_one_wins_and_the_others_hear_who_has_it(
    world: World, admin: Person, many: int
) -> None:
    here = somewhere()
    drivers = [await driver_online_at(world, here) for _ in range(many)]
    search = await asked_for(world, admin, here, mode="all")
    assert len(search["offers"]) == many
    replies = await asyncio.gather(
        *(driver.post(f"/api/offers/{offer_to(search, driver)['id']}/accept/") for driver in drivers)
    )
    won = {driver.transporter_id for driver, reply in zip(drivers, replies, strict=True) if reply.status_code == 200}
    lost = [reply for reply in replies if reply.status_code != 200]
    assert len(won) == 1
    assert len(lost) == many - 1
    for reply in lost:
        told = ok(reply, 409)
        assert (told["code"], told["offer_status"], told["why"]) == ("offer_over", "withdrawn", "taken")
        assert (told["transporter_id"], told["transporter_name"]) == (*won, "Some Driver")
    [ended] = await searches_of(admin, search["delivery_id"])
    assert ended["status"] == "assigned"
    assert sorted(offer["status"] for offer in ended["offers"]) == ["accepted", *["withdrawn"] * (many - 1)]


async def test_whoever_accepts_what_another_has_is_told_at_once_even_while_the_delivery_is_held(
    world: World, admin: Person
) -> None:
    here = somewhere()
    first, late = [await driver_online_at(world, here) for _ in range(2)]
    search = await asked_for(world, admin, here, mode="all")
    ok(await first.post(f"/api/offers/{offer_to(search, first)['id']}/accept/"))
    number = search["delivery_id"]
    async with world.server.services.database.transaction() as held:
        await held.execute("SELECT FROM deliveries WHERE id = $1 FOR UPDATE", number)
        for path in (f"/api/offers/{offer_to(search, late)['id']}/accept/", f"/api/deliveries/{number}/accept/"):
            told = ok(await late.post(path), 409)
            assert told["code"] in {"offer_over", "already_assigned"}
        declined = await late.post(f"/api/offers/{offer_to(search, late)['id']}/decline/", {"reason": "busy"})
        assert ok(declined, 409)["transporter_id"] == first.transporter_id


async def test_an_accept_stands_where_the_others_cannot_be_told_now(world: World) -> None:
    services = world.server.services
    url = services.database.engine.url.render_as_string(hide_password=False)
    full = Database(url, pool_size=1, timeout_s=0.3)

    async def is_connected() -> bool:
        async with full.connection():
            return True

    await until(is_connected, despite=(DBAPIError, TimeoutError))
    async with full.connection():
        await OfferNotices(full, services.clock, services.resources.publisher).tell_now()
    await full.close()


async def test_the_same_accept_twice_is_answered_alike(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    path = f"/api/offers/{offer_to(search, driver)['id']}/accept/"
    assert ok(await driver.post(path)) == ok(await driver.post(path))


async def test_an_offer_is_the_transporters_own(world: World, admin: Person) -> None:
    here = somewhere()
    driver, other = await driver_online_at(world, here), await world.driver()
    offer = offer_to(await asked_for(world, admin, here), driver)
    assert [one["id"] for one in await open_offers(driver)] == [offer["id"]]
    assert await open_offers(other) == []
    assert ok(await other.post(f"/api/offers/{offer['id']}/accept/"), 404)["code"] == "offer_not_found"
    assert ok(await other.post(f"/api/offers/{offer['id']}/decline/", {"reason": "busy"}), 404)


async def test_waves_ask_one_then_three_then_five_and_at_once_where_all_have_declined(
    world: World, admin: Person
) -> None:
    here = somewhere()
    drivers = [await driver_online_at(world, north_of(here, 100 * place)) for place in range(1, 6)]
    search = await asked_for(world, admin, here, mode="waves")
    assert [offer["transporter_id"] for offer in search["offers"]] == [drivers[0].transporter_id]
    declined = await drivers[0].post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "too_far"})
    assert ok(declined)["status"] == "declined"

    async def second_wave() -> dict[str, Any] | None:
        [now] = await searches_of(admin, search["delivery_id"])
        return now if now["wave"] == 2 else None

    second = await until(second_wave)
    assert [offer["wave"] for offer in second["offers"]] == [1, 2, 2, 2]
    assert second["offers"][0]["decline_reason"] == "too_far"


async def test_an_accept_after_the_deadline_is_refused_whether_or_not_the_end_is_written(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    await run_out(world, search["delivery_id"])
    told = ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/accept/"), 409)
    assert (told["code"], told["offer_status"]) == ("offer_over", "expired")
    assert (told["delivery_status"], told["transporter_id"]) == ("available", None)


def test_of_a_wave_the_nearest_third_sees_its_offers_first_and_the_farthest_last() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    far_first = [Asked(number, 50.0, float(7 - number), is_first=True) for number in range(1, 8)]
    opens = reveal_times([*far_first, Asked(8, 50.0, None, is_first=True)], now, 2.0)
    later = {who: (moment - now).total_seconds() for who, moment in opens.items()}
    assert later == {8: 0, 7: 0, 6: 0, 5: 2, 4: 2, 3: 2, 2: 4, 1: 4}
    assert reveal_times(far_first[:1], now, 2.0) == {1: now}, "one alone waits for nobody"


async def test_an_offer_that_is_not_revealed_yet_is_neither_seen_nor_accepted(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    async with world.server.services.database.connection() as connection:
        await connection.execute(
            "UPDATE offers SET status = 'queued', opens_at = now() + interval '1 hour', "
            "deadline = now() + interval '2 hours' WHERE delivery_id = $1",
            search["delivery_id"],
        )
    assert await open_offers(driver) == []
    early = await driver.post(f"/api/offers/{search['offers'][0]['id']}/accept/")
    assert ok(early, 404)["code"] == "offer_not_found"


async def test_whoever_drives_when_it_is_asked_has_longer_to_answer(world: World, admin: Person) -> None:
    here, settings = somewhere(), world.server.settings
    stands, drives = await driver_online_at(world, here), await world.driver()
    async with world.phone(drives) as phone:
        await phone.send(ping(1, *here, speed_mps=15 / 3.6 + 0.1))
        await phone.until_ack(1)
    search = await asked_for(world, admin, here, mode="all")
    ends = [datetime.fromisoformat(offer_to(search, driver)["deadline"]) for driver in (stands, drives)]
    assert (ends[1] - ends[0]).total_seconds() == settings.offer_moving_s
    await run_out(world, search["delivery_id"], of=stands)

    async def one_is_over() -> bool:
        [now] = await searches_of(admin, search["delivery_id"])
        return (offer_to(now, stands)["status"], now["status"]) == ("expired", "searching")

    await until(one_is_over)
    assert ok(await drives.post(f"/api/offers/{offer_to(search, drives)['id']}/accept/"))["status"] == "accepted"


async def test_a_search_that_finds_nobody_is_exhausted_and_the_delivery_waits(world: World, admin: Person) -> None:
    search = await asked_for(world, admin, somewhere())
    assert (search["status"], search["offers"], search["wave"]) == ("exhausted", [], 0)
    assert ok(await admin.get(f"/api/deliveries/{search['delivery_id']}/"))["status"] == "available"


async def test_an_offer_that_nobody_answers_expires_and_the_search_goes_on_to_its_end(
    world: World, admin: Person
) -> None:
    here = somewhere()
    await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    await run_out(world, search["delivery_id"])

    async def over() -> dict[str, Any] | None:
        [now] = await searches_of(admin, search["delivery_id"])
        return now if now["status"] != "searching" else None

    ended = await until(over)
    assert (ended["status"], [offer["status"] for offer in ended["offers"]]) == ("exhausted", ["expired"])


async def test_an_exhausted_search_may_give_the_delivery_to_the_best(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here, on_exhausted="assign")
    await run_out(world, search["delivery_id"])

    async def given() -> dict[str, Any] | None:
        found = ok(await admin.get(f"/api/deliveries/{search['delivery_id']}/offers/"))
        return found if found["status"] == "assigned" else None

    found = await until(given)
    assert found["transporter_id"] == driver.transporter_id
    assert found["searches"][0]["status"] == "assigned"


async def test_a_direct_search_asks_nobody_and_gives_the_delivery_to_the_best(world: World, admin: Person) -> None:
    here = somewhere()
    await driver_online_at(world, north_of(here, 5000))
    near = await driver_online_at(world, here)
    [delivery] = await world.deliveries(at(here))
    found = ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/", {"mode": "direct"}), 201)
    assert (found["status"], found["transporter_id"]) == ("assigned", near.transporter_id)
    assert (found["searches"][0]["status"], found["searches"][0]["offers"]) == ("assigned", [])


@pytest.mark.parametrize("how", ["by_hand", "auto", "taken_unasked"])
async def test_a_delivery_that_is_given_otherwise_voids_its_open_offers_at_once(
    world: World, admin: Person, how: str
) -> None:
    here = somewhere()
    asked, other = await driver_online_at(world, here), await world.driver()
    search = await asked_for(world, admin, here)
    path = f"/api/deliveries/{search['delivery_id']}"
    if how == "by_hand":
        ok(await admin.post(f"{path}/assign/", {"transporter_id": other.transporter_id}))
    elif how == "auto":
        ok(await admin.post("/api/auto-assign/", {"delivery_id": search["delivery_id"]}))
    else:
        ok(await other.post(f"{path}/accept/"))
    [ended] = await searches_of(admin, search["delivery_id"])
    assert (ended["status"], ended["offers"][0]["status"]) == ("assigned", "voided")
    told = ok(await asked.post(f"/api/offers/{search['offers'][0]['id']}/accept/"), 409)
    holder = asked if how == "auto" else other
    assert (told["offer_status"], told["transporter_id"]) == ("voided", holder.transporter_id)


async def test_accepting_a_delivery_by_its_number_accepts_the_offer_of_it(world: World, admin: Person) -> None:
    here = somewhere()
    driver, rival = await driver_online_at(world, here), await driver_online_at(world, here)
    search = await asked_for(world, admin, here, mode="all")
    ok(await driver.post(f"/api/deliveries/{search['delivery_id']}/accept/"))
    [ended] = await searches_of(admin, search["delivery_id"])
    assert (offer_to(ended, driver)["status"], offer_to(ended, rival)["status"]) == ("accepted", "withdrawn")


async def test_a_cancelled_order_withdraws_the_offers_of_its_delivery(world: World, admin: Person) -> None:
    here = somewhere()
    bought = await world.bought()
    await driver_online_at(world, here)
    delivery = await world.delivery(bought, **at(here))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/"), 201)
    ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))
    [ended] = await searches_of(admin, delivery["id"])
    assert (ended["status"], ended["offers"][0]["status"]) == ("cancelled", "withdrawn")
    assert ended["offers"][0]["end_reason"] == "cancelled"


async def test_a_dispatcher_withdraws_a_search_and_may_begin_another(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    path = f"/api/deliveries/{search['delivery_id']}/offers/"
    assert ok(await admin.post(path), 409)["code"] == "search_runs"
    ended = ok(await admin.post(f"{path}withdraw/"))["searches"][0]
    assert (ended["status"], ended["offers"][0]["end_reason"]) == ("cancelled", "search_ended")
    assert ok(await admin.post(f"{path}withdraw/"), 409)["code"] == "no_search"
    assert await open_offers(driver) == []
    again = ok(await admin.post(path), 201)["searches"][0]
    assert [offer["transporter_id"] for offer in again["offers"]] == [driver.transporter_id]


async def test_who_declined_a_delivery_is_not_asked_for_it_again_unless_a_dispatcher_says_so(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "unsafe"}))
    path = f"/api/deliveries/{search['delivery_id']}/offers/"

    async def over() -> bool:
        return bool((await searches_of(admin, search["delivery_id"]))[0]["status"] == "exhausted")

    await until(over)
    assert ok(await admin.post(path), 201)["searches"][0]["offers"] == []
    again = ok(await admin.post(path, {"ask_again": True}), 201)["searches"][0]
    assert [offer["transporter_id"] for offer in again["offers"]] == [driver.transporter_id]


async def test_whoever_has_many_open_offers_is_asked_after_those_who_have_few(world: World, admin: Person) -> None:
    here = somewhere()
    best, other = await driver_online_at(world, here), await driver_online_at(world, north_of(here, 3000))
    asked = [(await asked_for(world, admin, here, mode="one"))["offers"][0]["transporter_id"] for _ in range(3)]
    assert asked == [best.transporter_id, best.transporter_id, other.transporter_id]


async def test_the_acceptance_rate_counts_only_single_offers_and_both_sides_see_it(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    first, second = await asked_for(world, admin, here), await asked_for(world, admin, here)
    for search in (first, second):
        ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "busy"}))
    third = await asked_for(world, admin, here)
    ok(await driver.post(f"/api/offers/{third['offers'][0]['id']}/accept/"))
    rate = {"offered": 2, "accepted": 1, "rate": 0.5}
    assert ok(await driver.get("/api/offers/"))["acceptance"] == rate
    [ended] = await searches_of(admin, third["delivery_id"])
    assert ended["offers"][0]["acceptance"] == rate


@pytest.mark.parametrize(
    ("body", "field"),
    [({"mode": "loud"}, "mode"), ({"deadline_s": 14}, "deadline_s"), ({"deadline_s": 121}, "deadline_s")],
)
async def test_a_search_that_cannot_be_meant_is_refused_by_name(
    world: World, admin: Person, body: dict[str, Any], field: str
) -> None:
    [delivery] = await world.deliveries(at(somewhere()))
    assert field in ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/", body), 400)["errors"]
