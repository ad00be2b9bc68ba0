"""Transporters are asked for a delivery: who is asked, who gets it, and what the others are told."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import websockets

from dispatch.offers.waves import Asked, reveal_times
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.watching import next_frame
from tests.support.world import Driver, Person, Place, World, ok, ping


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _at(world: World, place: Place, **profile: Any) -> Driver:
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def _asked(world: World, admin: Person, place: Place, **search: Any) -> dict[str, Any]:
    """A delivery at a place for which transporters are asked; its newest search."""
    [delivery] = await world.deliveries(at(place))
    answer = ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/", search), 201)
    newest: dict[str, Any] = answer["searches"][0] | {"delivery_id": delivery["id"]}
    return newest


async def _searches(admin: Person, delivery_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await admin.get(f"/api/deliveries/{delivery_id}/offers/"))["searches"]
    return found


def _of(search: dict[str, Any], driver: Driver) -> dict[str, Any]:
    [offer] = [one for one in search["offers"] if one["transporter_id"] == driver.transporter_id]
    found: dict[str, Any] = offer
    return found


async def _open(driver: Driver) -> list[dict[str, Any]]:
    offers: list[dict[str, Any]] = ok(await driver.get("/api/offers/"))["offers"]
    return offers


async def _run_out(world: World, delivery_id: int, *, of: Driver | None = None) -> None:
    """The open offers of a delivery, or of one transporter, are as they would be an hour later."""
    async with world.server.services.database.connection() as connection:
        await connection.execute(
            "UPDATE offers SET opens_at = opens_at - interval '1 hour', deadline = deadline - interval '1 hour' "
            "WHERE delivery_id = $1 AND status IN ('queued', 'open') AND ($2::bigint IS NULL OR transporter_id = $2)",
            delivery_id,
            None if of is None else of.transporter_id,
        )
        await connection.execute("UPDATE offer_searches SET next_at = now() WHERE delivery_id = $1", delivery_id)


@pytest.mark.parametrize("many", [10, pytest.param(100, marks=pytest.mark.heavy)])
async def test_of_all_who_accept_at_once_one_wins_and_the_others_hear_who_has_it(
    world: World, admin: Person, many: int
) -> None:
    here = somewhere()
    drivers = [await _at(world, here) for _ in range(many)]
    search = await _asked(world, admin, here, mode="all")
    assert len(search["offers"]) == many
    replies = await asyncio.gather(
        *(driver.post(f"/api/offers/{_of(search, driver)['id']}/accept/") for driver in drivers)
    )
    won = {driver.transporter_id for driver, reply in zip(drivers, replies, strict=True) if reply.status_code == 200}
    lost = [reply for reply in replies if reply.status_code != 200]
    assert len(won) == 1
    assert len(lost) == many - 1
    for reply in lost:
        told = ok(reply, 409)
        assert (told["code"], told["offer_status"], told["why"]) == ("offer_over", "withdrawn", "taken")
        assert (told["transporter_id"], told["transporter_name"]) == (*won, "Some Driver")
    [ended] = await _searches(admin, search["delivery_id"])
    assert ended["status"] == "assigned"
    assert sorted(offer["status"] for offer in ended["offers"]) == ["accepted", *["withdrawn"] * (many - 1)]


async def test_the_same_accept_twice_is_answered_alike(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    path = f"/api/offers/{_of(search, driver)['id']}/accept/"
    assert ok(await driver.post(path)) == ok(await driver.post(path))


async def test_an_offer_is_the_transporters_own(world: World, admin: Person) -> None:
    here = somewhere()
    driver, other = await _at(world, here), await world.driver()
    offer = _of(await _asked(world, admin, here), driver)
    assert [one["id"] for one in await _open(driver)] == [offer["id"]]
    assert await _open(other) == []
    assert ok(await other.post(f"/api/offers/{offer['id']}/accept/"), 404)["code"] == "offer_not_found"
    assert ok(await other.post(f"/api/offers/{offer['id']}/decline/", {"reason": "busy"}), 404)


async def test_waves_ask_one_then_three_then_five_and_at_once_where_all_have_declined(
    world: World, admin: Person
) -> None:
    here = somewhere()
    drivers = [await _at(world, north_of(here, 100 * place)) for place in range(1, 6)]
    search = await _asked(world, admin, here, mode="waves")
    assert [offer["transporter_id"] for offer in search["offers"]] == [drivers[0].transporter_id]
    declined = await drivers[0].post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "too_far"})
    assert ok(declined)["status"] == "declined"

    async def second_wave() -> dict[str, Any] | None:
        [now] = await _searches(admin, search["delivery_id"])
        return now if now["wave"] == 2 else None

    second = await until(second_wave)
    assert [offer["wave"] for offer in second["offers"]] == [1, 2, 2, 2]
    assert second["offers"][0]["decline_reason"] == "too_far"


async def test_an_accept_after_the_deadline_is_refused_whether_or_not_the_end_is_written(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    await _run_out(world, search["delivery_id"])
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
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    async with world.server.services.database.connection() as connection:
        await connection.execute(
            "UPDATE offers SET status = 'queued', opens_at = now() + interval '1 hour', "
            "deadline = now() + interval '2 hours' WHERE delivery_id = $1",
            search["delivery_id"],
        )
    assert await _open(driver) == []
    early = await driver.post(f"/api/offers/{search['offers'][0]['id']}/accept/")
    assert ok(early, 404)["code"] == "offer_not_found"


async def test_whoever_drives_when_it_is_asked_has_longer_to_answer(world: World, admin: Person) -> None:
    here, settings = somewhere(), world.server.settings
    stands, drives = await _at(world, here), await world.driver()
    async with world.phone(drives) as phone:
        await phone.send(ping(1, *here, speed_mps=15 / 3.6 + 0.1))
        await phone.until_ack(1)
    search = await _asked(world, admin, here, mode="all")
    ends = [datetime.fromisoformat(_of(search, driver)["deadline"]) for driver in (stands, drives)]
    assert (ends[1] - ends[0]).total_seconds() == settings.offer_moving_s
    await _run_out(world, search["delivery_id"], of=stands)

    async def one_is_over() -> bool:
        [now] = await _searches(admin, search["delivery_id"])
        return (_of(now, stands)["status"], now["status"]) == ("expired", "searching")

    await until(one_is_over)
    assert ok(await drives.post(f"/api/offers/{_of(search, drives)['id']}/accept/"))["status"] == "accepted"


async def test_a_search_that_finds_nobody_is_exhausted_and_the_delivery_waits(world: World, admin: Person) -> None:
    search = await _asked(world, admin, somewhere())
    assert (search["status"], search["offers"], search["wave"]) == ("exhausted", [], 0)
    assert ok(await admin.get(f"/api/deliveries/{search['delivery_id']}/"))["status"] == "available"


async def test_an_offer_that_nobody_answers_expires_and_the_search_goes_on_to_its_end(
    world: World, admin: Person
) -> None:
    here = somewhere()
    await _at(world, here)
    search = await _asked(world, admin, here)
    await _run_out(world, search["delivery_id"])

    async def over() -> dict[str, Any] | None:
        [now] = await _searches(admin, search["delivery_id"])
        return now if now["status"] != "searching" else None

    ended = await until(over)
    assert (ended["status"], [offer["status"] for offer in ended["offers"]]) == ("exhausted", ["expired"])


async def test_an_exhausted_search_may_give_the_delivery_to_the_best(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here, on_exhausted="assign")
    await _run_out(world, search["delivery_id"])

    async def given() -> dict[str, Any] | None:
        found = ok(await admin.get(f"/api/deliveries/{search['delivery_id']}/offers/"))
        return found if found["status"] == "assigned" else None

    found = await until(given)
    assert found["transporter_id"] == driver.transporter_id
    assert found["searches"][0]["status"] == "assigned"


async def test_a_direct_search_asks_nobody_and_gives_the_delivery_to_the_best(world: World, admin: Person) -> None:
    here = somewhere()
    await _at(world, north_of(here, 5000))
    near = await _at(world, here)
    [delivery] = await world.deliveries(at(here))
    found = ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/", {"mode": "direct"}), 201)
    assert (found["status"], found["transporter_id"]) == ("assigned", near.transporter_id)
    assert (found["searches"][0]["status"], found["searches"][0]["offers"]) == ("assigned", [])


@pytest.mark.parametrize("how", ["by_hand", "auto", "taken_unasked"])
async def test_a_delivery_that_is_given_otherwise_voids_its_open_offers_at_once(
    world: World, admin: Person, how: str
) -> None:
    here = somewhere()
    asked, other = await _at(world, here), await world.driver()
    search = await _asked(world, admin, here)
    path = f"/api/deliveries/{search['delivery_id']}"
    if how == "by_hand":
        ok(await admin.post(f"{path}/assign/", {"transporter_id": other.transporter_id}))
    elif how == "auto":
        ok(await admin.post("/api/auto-assign/", {"delivery_id": search["delivery_id"]}))
    else:
        ok(await other.post(f"{path}/accept/"))
    [ended] = await _searches(admin, search["delivery_id"])
    assert (ended["status"], ended["offers"][0]["status"]) == ("assigned", "voided")
    told = ok(await asked.post(f"/api/offers/{search['offers'][0]['id']}/accept/"), 409)
    holder = asked if how == "auto" else other
    assert (told["offer_status"], told["transporter_id"]) == ("voided", holder.transporter_id)


async def test_accepting_a_delivery_by_its_number_accepts_the_offer_of_it(world: World, admin: Person) -> None:
    here = somewhere()
    driver, rival = await _at(world, here), await _at(world, here)
    search = await _asked(world, admin, here, mode="all")
    ok(await driver.post(f"/api/deliveries/{search['delivery_id']}/accept/"))
    [ended] = await _searches(admin, search["delivery_id"])
    assert (_of(ended, driver)["status"], _of(ended, rival)["status"]) == ("accepted", "withdrawn")


async def test_a_cancelled_order_withdraws_the_offers_of_its_delivery(world: World, admin: Person) -> None:
    here = somewhere()
    bought = await world.bought()
    await _at(world, here)
    delivery = await world.delivery(bought, **at(here))
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/"), 201)
    ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))
    [ended] = await _searches(admin, delivery["id"])
    assert (ended["status"], ended["offers"][0]["status"]) == ("cancelled", "withdrawn")
    assert ended["offers"][0]["end_reason"] == "cancelled"


async def test_a_dispatcher_withdraws_a_search_and_may_begin_another(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    path = f"/api/deliveries/{search['delivery_id']}/offers/"
    assert ok(await admin.post(path), 409)["code"] == "search_runs"
    ended = ok(await admin.post(f"{path}withdraw/"))["searches"][0]
    assert (ended["status"], ended["offers"][0]["end_reason"]) == ("cancelled", "search_ended")
    assert ok(await admin.post(f"{path}withdraw/"), 409)["code"] == "no_search"
    assert await _open(driver) == []
    again = ok(await admin.post(path), 201)["searches"][0]
    assert [offer["transporter_id"] for offer in again["offers"]] == [driver.transporter_id]


async def test_who_declined_a_delivery_is_not_asked_for_it_again_unless_a_dispatcher_says_so(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "unsafe"}))
    path = f"/api/deliveries/{search['delivery_id']}/offers/"

    async def over() -> bool:
        return bool((await _searches(admin, search["delivery_id"]))[0]["status"] == "exhausted")

    await until(over)
    assert ok(await admin.post(path), 201)["searches"][0]["offers"] == []
    again = ok(await admin.post(path, {"ask_again": True}), 201)["searches"][0]
    assert [offer["transporter_id"] for offer in again["offers"]] == [driver.transporter_id]


async def test_whoever_has_many_open_offers_is_asked_after_those_who_have_few(world: World, admin: Person) -> None:
    here = somewhere()
    best, other = await _at(world, here), await _at(world, north_of(here, 3000))
    asked = [(await _asked(world, admin, here, mode="one"))["offers"][0]["transporter_id"] for _ in range(3)]
    assert asked == [best.transporter_id, best.transporter_id, other.transporter_id]


async def test_the_acceptance_rate_counts_only_single_offers_and_both_sides_see_it(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    first, second = await _asked(world, admin, here), await _asked(world, admin, here)
    for search in (first, second):
        ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/decline/", {"reason": "busy"}))
    third = await _asked(world, admin, here)
    ok(await driver.post(f"/api/offers/{third['offers'][0]['id']}/accept/"))
    rate = {"offered": 2, "accepted": 1, "rate": 0.5}
    assert ok(await driver.get("/api/offers/"))["acceptance"] == rate
    [ended] = await _searches(admin, third["delivery_id"])
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


async def test_the_app_is_told_of_an_offer_and_of_its_end_and_answers_on_the_socket(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver, rival = await _at(world, here), await _at(world, here)
    async with world.phone(driver) as phone, world.phone(rival) as other:
        search = await _asked(world, admin, here, mode="all")
        told, also = await phone.receive(), await other.receive()
        assert (told["type"], told["offer_id"]) == ("offer", _of(search, driver)["id"])
        assert told["deadline"] == _of(search, driver)["deadline"]
        await phone.send({"type": "offer_answer", "offer_id": told["offer_id"], "answer": "accept"})
        frames = {frame["type"]: frame for frame in [await phone.receive() for _ in range(3)]}
        assert set(frames) == {"assignment", "offer_answered", "offer_end"}
        assert frames["offer_answered"]["transporter_id"] == driver.transporter_id
        ended = await other.receive()
        assert (ended["type"], ended["status"], ended["why"]) == ("offer_end", "withdrawn", "taken")
        await other.send({"type": "offer_answer", "offer_id": also["offer_id"], "answer": "accept"})
        late = await other.receive()
        assert (late["code"], late["status"], late["transporter_id"]) == (
            "offer_over",
            "withdrawn",
            driver.transporter_id,
        )


async def test_a_decline_on_the_socket_needs_a_reason_that_there_is(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    offer = (await _asked(world, admin, here))["offers"][0]["id"]
    async with world.phone(driver) as phone:
        await phone.send({"type": "offer_answer", "offer_id": offer, "answer": "decline"})
        refused = await phone.receive()
        assert (refused["code"], "too_far" in refused["detail"]) == ("reason_missing", True)
        await phone.send({"type": "offer_answer", "offer_id": offer, "answer": "decline", "reason": "too_far"})
        answered = [await phone.receive(), await phone.receive()]
    assert {frame["type"]: frame["status"] for frame in answered} == {
        "offer_answered": "declined",
        "offer_end": "declined",
    }


async def test_consoles_hear_how_far_a_search_has_come(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _at(world, here)
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    async with websockets.connect(f"{world.ws_url}/ws/console", subprotocols=names, max_size=None) as socket:
        await socket.send('{"type":"subscribe"}')
        search = await _asked(world, admin, here)

        async def told(**values: object) -> dict[str, Any]:
            while True:
                frame = await next_frame(socket)
                if frame["type"] == "search" and frame["id"] == search["id"] and frame | values == frame:
                    return frame

        begun = await told(status="searching", wave=1)
        assert (begun["delivery_id"], begun["asked"], begun["open"]) == (search["delivery_id"], 1, 1)
        ok(await driver.post(f"/api/offers/{search['offers'][0]['id']}/accept/"))
        ended = await told(status="assigned")
        assert (ended["open"], ended["ended_at"] is not None) == (0, True)


async def _told(world: World, subject: str, kind: str) -> list[tuple[str, int | None, str | None]]:
    """Type, transporter and reason of a subject's events of a kind, in their order."""
    async with world.server.services.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT type, (data->>'transporter_id')::int AS who, data->>'reason' AS reason FROM events "
            "WHERE subject = $1 AND type LIKE $2 ORDER BY id",
            subject,
            kind,
        )
    return [(row["type"], row["who"], row["reason"]) for row in rows]


async def test_what_happens_to_offers_is_told_as_events_of_the_delivery_with_the_act(
    world: World, admin: Person
) -> None:
    here = somewhere()
    first, second, third = [await _at(world, here) for _ in range(3)]
    search = await _asked(world, admin, here, mode="all")
    ok(await first.post(f"/api/offers/{_of(search, first)['id']}/decline/", {"reason": "busy"}))
    ok(await second.post(f"/api/offers/{_of(search, second)['id']}/accept/"))
    told = await _told(world, f"delivery:{search['delivery_id']}", "offer.%")
    assert sorted(told[:3]) == sorted(("offer.created", one.transporter_id, None) for one in (first, second, third))
    assert told[3:] == [
        ("offer.declined", first.transporter_id, "busy"),
        ("offer.accepted", second.transporter_id, None),
        ("offer.withdrawn", third.transporter_id, "taken"),
    ]


async def test_that_nobody_is_left_is_told_of_the_delivery_and_of_its_zone(world: World, admin: Person) -> None:
    here = somewhere()
    lat, lon = here
    ring = [[lon + x * 0.01, lat + y * 0.01] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    area = {"type": "Polygon", "coordinates": [ring]}
    zone = ok(await admin.post("/api/zones/", {"name": f"Zone {uuid4().hex[:8]}", "area": area}), 201)
    search = await _asked(world, admin, here)
    assert search["status"] == "exhausted"
    told = await _told(world, f"delivery:{search['delivery_id']}", "offer.%")
    assert told == [("offer.exhausted", None, None)]
    assert await _told(world, f"zone:{zone['id']}", "%") == [("zone.exhausted", None, None)]


@pytest.mark.parametrize("how", ["off_duty", "break", "not_verified", "account_closed"])
async def test_open_offers_end_in_the_same_moment_as_the_duty_of_who_was_asked(
    world: World, admin: Person, how: str
) -> None:
    here = somewhere()
    driver = await _at(world, here)
    search = await _asked(world, admin, here)
    if how in {"off_duty", "break"}:
        ok(await driver.post("/api/transporters/me/duty/", {"duty": "break" if how == "break" else "off"}))
    elif how == "not_verified":
        ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/", {"approved": False}))
    else:
        ok(await admin.post(f"/api/v1/users/{driver.user_id}/close/", {"reason": "Left"}))
    [told] = (await _searches(admin, search["delivery_id"]))[0]["offers"]
    assert (told["status"], told["end_reason"]) == ("withdrawn", "off_duty")
    events = await _told(world, f"delivery:{search['delivery_id']}", "offer.withdrawn")
    assert events == [("offer.withdrawn", driver.transporter_id, "off_duty")]

    async def over() -> bool:
        return bool((await _searches(admin, search["delivery_id"]))[0]["status"] == "exhausted")

    await until(over)
