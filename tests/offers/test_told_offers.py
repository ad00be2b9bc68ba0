"""What apps, consoles and partners are told of offers and of their ends."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import websockets
from sqlalchemy import update

from dispatch.offers.models import OfferSearch
from tests.support.offer_searches import asked_for, driver_online_at, offer_to, searches_of
from tests.support.places import somewhere
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import next_frame
from tests.support.world import Person, World, ok


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def test_the_app_is_told_of_an_offer_and_of_its_end_and_answers_on_the_socket(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver, rival = await driver_online_at(world, here), await driver_online_at(world, here)
    async with world.phone(driver) as phone, world.phone(rival) as other:
        search = await asked_for(world, admin, here, mode="all")
        told, also = await phone.receive(), await other.receive()
        assert (told["type"], told["offer_id"]) == ("offer", offer_to(search, driver)["id"])
        assert told["deadline"] == offer_to(search, driver)["deadline"]
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
    driver = await driver_online_at(world, here)
    offer = (await asked_for(world, admin, here))["offers"][0]["id"]
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
    driver = await driver_online_at(world, here)
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    url = f"{world.ws_url}/ws/console"
    async with websockets.connect(url, subprotocols=names, max_size=None, open_timeout=PATIENCE_S) as socket:
        await socket.send('{"type":"subscribe"}')
        await next_frame(socket)  # from here on it hears of what begins
        search = await asked_for(world, admin, here)

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


async def test_a_console_that_is_opened_later_hears_of_what_nobody_took_for_as_long_as_it_waits(
    world: World, admin: Person
) -> None:
    given, back, waits = [await asked_for(world, admin, somewhere()) for _ in range(3)]
    assert [search["status"] for search in (given, back, waits)] == ["exhausted"] * 3
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    async with world.server.services.database.work() as work:
        all_three = OfferSearch.id.in_((given["id"], back["id"], waits["id"]))
        await work.session.execute(update(OfferSearch).where(all_three).values(ended_at=long_ago))
    driver = await world.driver()
    for search in (given, back):
        path = f"/api/deliveries/{search['delivery_id']}"
        ok(await admin.post(f"{path}/assign/", {"transporter_id": driver.transporter_id}))
    ok(await admin.post(f"{path}/unassign/", {"reason": "better_choice"}))  # somebody had it, and it waits anew
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]

    async def waits_alone() -> bool:
        """What is told of searches comes in their order, so all before the one that waits has been heard then."""
        heard: list[int] = []
        async with websockets.connect(f"{world.ws_url}/ws/console", subprotocols=names, max_size=None) as socket:
            await socket.send('{"type":"subscribe"}')
            while waits["id"] not in heard:
                frame = await next_frame(socket)
                heard += [frame["id"]] if frame["type"] == "search" else []
        return not {given["id"], back["id"]} & set(heard)

    await until(waits_alone, "what was given is told of no more, also once it was given back")


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
    first, second, third = [await driver_online_at(world, here) for _ in range(3)]
    search = await asked_for(world, admin, here, mode="all")
    ok(await first.post(f"/api/offers/{offer_to(search, first)['id']}/decline/", {"reason": "busy"}))
    ok(await second.post(f"/api/offers/{offer_to(search, second)['id']}/accept/"))
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
    search = await asked_for(world, admin, here)
    assert search["status"] == "exhausted"
    told = await _told(world, f"delivery:{search['delivery_id']}", "offer.%")
    assert told == [("offer.exhausted", None, None)]
    assert await _told(world, f"zone:{zone['id']}", "%") == [("zone.exhausted", None, None)]


@pytest.mark.parametrize("how", ["off_duty", "break", "not_verified", "account_closed"])
async def test_open_offers_end_in_the_same_moment_as_the_duty_of_who_was_asked(
    world: World, admin: Person, how: str
) -> None:
    here = somewhere()
    driver = await driver_online_at(world, here)
    search = await asked_for(world, admin, here)
    if how in {"off_duty", "break"}:
        ok(await driver.post("/api/transporters/me/duty/", {"duty": "break" if how == "break" else "off"}))
    elif how == "not_verified":
        ok(await admin.post(f"/api/transporters/{driver.transporter_id}/verify/", {"approved": False}))
    else:
        ok(await admin.post(f"/api/v1/users/{driver.user_id}/close/", {"reason": "Left"}))
    [told] = (await searches_of(admin, search["delivery_id"]))[0]["offers"]
    assert (told["status"], told["end_reason"]) == ("withdrawn", "off_duty")
    events = await _told(world, f"delivery:{search['delivery_id']}", "offer.withdrawn")
    assert events == [("offer.withdrawn", driver.transporter_id, "off_duty")]

    async def over() -> bool:
        return bool((await searches_of(admin, search["delivery_id"]))[0]["status"] == "exhausted")

    await until(over)
