"""What whoever has a tracking number sees: element by element, as its seller has set it, the same by every way in."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.places import north_of, somewhere
from tests.support.watching import another_world, frames_until, next_frame, watch
from tests.support.world import Driver, Person, World, ok

SETTINGS = "/api/marketplace/seller/tracking-privacy/"
ELEMENTS = ("position", "surname", "phone", "vehicle_number", "pickup_address", "delivery_address", "history")
STAGES = ("available", "assigned", "aboard", "delivered")
# Setting → at which of the stages whoever has the number sees it, and whoever has given the code.
SHOWN = {
    "always": (STAGES, STAGES),
    "never": ((), ()),
    "under_way": (("assigned", "aboard"), ("assigned", "aboard")),
    "near": (("aboard",), ("aboard",)),
    "code": ((), STAGES),
}
# Nobody brings it yet, or nobody does any more; and until the first step there is no history.
NOT_THERE = {
    "position": {"available", "delivered"},
    "surname": {"available"},
    "phone": {"available"},
    "vehicle_number": {"available"},
    "history": {"available"},
}


async def _choose(seller: Person, **chosen: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = ok(await seller.patch(SETTINGS, chosen))
    return shown


async def _unlock(world: World, number: str) -> str:
    delivery_phone = "4567"
    unlocked = ok(await world.http.post(f"/api/deliveries/{number}/unlock/", json={"code": delivery_phone}))
    return str(unlocked["token"])


def _seen(answer: dict[str, Any], name: str) -> dict[str, bool]:
    carrier = answer["transporter"]
    return {
        "position": answer["position"] is not None,
        "surname": carrier is not None and carrier["name"] == name,
        "phone": carrier is not None and carrier["phone"] is not None,
        "vehicle_number": carrier is not None and carrier["vehicle_number"] is not None,
        "pickup_address": answer["pickup_address"] is not None,
        "delivery_address": answer["delivery_address"] is not None,
        "history": answer["tracking_history"] != [],
    }


async def _page_state(world: World, number: str, unlock: dict[str, str]) -> dict[str, Any]:
    page = await world.http.get(f"/t/{number}", params=unlock)
    found = re.search(r'id="state">(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    state: dict[str, Any] = json.loads(found[1])
    return state


async def _socket_position(world: World, number: str, unlock: dict[str, str]) -> object:
    async with watch(world, f"{number}?{httpx.QueryParams(unlock)}") as socket:
        return (await next_frame(socket))["position"]


async def _stream_position(world: World, number: str, unlock: dict[str, str]) -> object:
    async with world.http.stream("GET", f"/api/deliveries/{number}/events/", params=unlock) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                return json.loads(line[5:])["position"]
    return None


async def _advance(world: World, delivery: dict[str, Any], driver: Driver, stage: str) -> None:
    steps = {"available": [], "assigned": ["accept"], "aboard": ["pickup"], "delivered": ["deliver"]}
    for step in steps[stage]:
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    if stage == "assigned":
        await world.online_at(driver, *somewhere())


@pytest.mark.parametrize("setting", list(SHOWN))
async def test_every_element_is_shown_at_the_stages_that_its_setting_says_by_every_way_in(
    world: World, setting: str
) -> None:
    bought, driver = await world.bought(), await world.driver(vehicle_number="BA-2-PA-77")
    name = ok(await driver.get("/api/v1/auth/me/"))["name"]
    assert " " in name
    delivery = await world.delivery(bought)
    number = delivery["tracking_number"]
    await _choose(bought.seller, after_end="always", **dict.fromkeys(ELEMENTS, setting))
    unlocks: tuple[dict[str, str], ...] = ({}, {"unlock": await _unlock(world, number)})
    for stage in STAGES:
        await _advance(world, delivery, driver, stage)
        for unlock, stages in zip(unlocks, SHOWN[setting], strict=True):
            answer = ok(await world.http.get(f"/api/deliveries/{number}/track/", params=unlock))
            wanted = {one: stage in stages and stage not in NOT_THERE.get(one, set()) for one in ELEMENTS}
            assert _seen(answer, name) == wanted, (stage, bool(unlock))
            assert set(answer["hidden"]) == (set() if stage in stages else set(ELEMENTS))
            assert set(answer["code_shows"]) == (set(ELEMENTS) if setting == "code" and not unlock else set())
            assert _seen(await _page_state(world, number, unlock), name) == wanted, (stage, bool(unlock))
            for position in (_socket_position, _stream_position):
                shown = await position(world, number, unlock) is not None
                assert shown is wanted["position"], (stage, bool(unlock), position.__name__)


@pytest.mark.parametrize(("setting", "public", "unlocked"), [("never", False, False), ("code", False, True)])
async def test_once_it_has_ended_everything_is_gone_where_the_seller_says_so(
    world: World, setting: str, public: bool, unlocked: bool
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    number = delivery["tracking_number"]
    await _choose(bought.seller, after_end=setting, **dict.fromkeys(ELEMENTS, "always"))
    for stage in STAGES[:3]:
        await _advance(world, delivery, driver, stage)
    before = ok(await world.http.get(f"/api/deliveries/{number}/track/"))
    assert before["delivery_address"] is not None
    await _advance(world, delivery, driver, "delivered")
    for params, whole in (({}, public), ({"unlock": await _unlock(world, number)}, unlocked)):
        for answer in (
            ok(await world.http.get(f"/api/deliveries/{number}/track/", params=params)),
            await _page_state(world, number, params),
        ):
            assert answer["status"] == "delivered"
            assert (answer["ended_at"] is not None) is (setting == "code"), "that it came is told, and when"
            kept = ("transporter", "pickup_address", "delivery_address", "delivery_area", "distance_km")
            assert all((answer[key] is not None) is whole for key in kept), answer
            assert (answer["tracking_history"] != []) is whole


SIGHTS = ("pickup_address", "delivery_address", "delivery_area", "transporter", "tracking_history", "ended_at")


async def test_by_default_what_the_contract_shows_is_there_while_it_is_under_way_and_gone_with_the_end(
    world: World,
) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{delivery['tracking_number']}/track/"
    seen = {}
    for stage in STAGES:
        await _advance(world, delivery, driver, stage)
        answer = ok(await world.http.get(path))
        seen[stage] = {name for name in SIGHTS if answer[name]}
        assert answer["code_shows"] == (["history", "after_end"] if stage == "delivered" else [])
    under_way = {*SIGHTS} - {"ended_at"}
    assert seen == {
        "available": {"delivery_area"},
        "assigned": under_way,
        "aboard": under_way,
        "delivered": {"ended_at"},
    }
    again = ok(await world.http.get(path, params={"unlock": await _unlock(world, delivery["tracking_number"])}))
    kept = {"delivery_area", "transporter", "tracking_history", "ended_at"}
    assert {name for name in SIGHTS if again[name]} == kept, "who receives it still reads its journey, and no street"
    assert [step["location"] for step in again["tracking_history"]] == [None] * len(again["tracking_history"])


async def test_a_parcel_s_buyer_and_seller_and_admins_read_its_journey_without_a_code_and_no_stranger_does(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for stage in STAGES:
        await _advance(world, delivery, driver, stage)
    path = f"/api/deliveries/{delivery['tracking_number']}/track/"
    for person in (bought.customer, bought.seller, await world.admin()):
        assert ok(await person.get(path))["tracking_history"] != []
    for stranger in (await world.person(), await world.person("seller"), driver):
        assert ok(await stranger.get(path))["tracking_history"] == []
    for header in ("Bearer no longer good", "Bearer", "Basic eA=="):
        shown = ok(await world.http.get(path, headers={"Authorization": header}))
        assert shown["tracking_history"] == [], "who sends what is no token is nobody, and answered as such"


async def test_whoever_needs_no_code_follows_by_sockets_and_streams_what_the_code_shows(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    await _choose(bought.seller, position="code")
    delivery = await world.delivery(bought)
    number = delivery["tracking_number"]
    await _advance(world, delivery, driver, "assigned")
    path = f"/api/deliveries/{number}/track/"
    assert await _socket_position(world, number, {}) is None
    for person in (bought.customer, bought.seller, await world.admin()):
        told = ok(await person.get(path))
        assert told["code_shows"] == []
        unlock = {"unlock": told["unlock"]}
        assert await _socket_position(world, number, unlock) is not None
        assert await _stream_position(world, number, unlock) is not None
    for stranger in (await world.person(), await world.person("seller"), driver):
        assert "unlock" not in ok(await stranger.get(path))
    for params in ({}, {"unlock": await _unlock(world, number)}):
        assert "unlock" not in ok(await world.http.get(path, params=params)), "a code is good for its days alone"


@pytest.mark.parametrize(("chosen", "unlocked_reads"), [({}, True), ({"history": "never"}, False)])
async def test_who_comes_back_after_the_end_is_told_of_the_way_what_the_history_tells(
    world: World, chosen: dict[str, str], unlocked_reads: bool
) -> None:
    bought, driver = await world.bought(), await world.driver()
    await _choose(bought.seller, **chosen)
    delivery = await world.delivery(bought)
    number = delivery["tracking_number"]
    async with watch(world, number) as socket:
        seen = (await next_frame(socket))["offset"]
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    unlock = await _unlock(world, number)
    for more, reads in (("", False), (f"&unlock={unlock}", unlocked_reads)):
        async with watch(world, number, resume=f"{seen}{more}") as socket:
            told = await frames_until(socket, status="delivered")
        assert {frame["type"] for frame in told} == {"status"}
        assert told[0]["recovered"] is True
        assert (len(told) > 1, told[-1]["message"] != "") == (reads, reads), told


@pytest.mark.parametrize(
    ("act", "body"), [("return", {"reason": "Not as shown"}), ("loss", {"ending": "damaged", "reason": "Broken glass"})]
)
async def test_what_is_sent_back_or_found_damaged_after_it_came_still_says_when_it_came(
    world: World, act: str, body: dict[str, str]
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for stage in STAGES:
        await _advance(world, delivery, driver, stage)
    path = f"/api/deliveries/{delivery['tracking_number']}/track/"
    came = ok(await world.http.get(path))["ended_at"]
    made = await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/{act}/", body)
    assert made.is_success, made.text
    steps = ok(await bought.seller.get(path))["tracking_history"]
    assert [step["status"] for step in steps].count("delivered") == 2
    assert ok(await world.http.get(path))["ended_at"] == came


async def test_whose_sign_in_has_only_grown_old_is_told_so_and_is_not_taken_for_a_stranger(world: World) -> None:
    bought, tokens = await world.bought(), world.server.services.accounts.tokens
    delivery = await world.delivery(bought)
    claims = tokens.read_access(bought.customer.access)
    expired = tokens.access(claims.user_id, claims.sign_in_id, life=timedelta(seconds=-1))
    path = f"/api/deliveries/{delivery['tracking_number']}/track/"
    refused = await world.http.get(path, headers={"Authorization": f"Bearer {expired}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
    ok(await bought.customer.get(path))


async def test_what_a_seller_has_chosen_stays_whatever_the_defaults_are(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    await _choose(bought.seller, delivery_address="always", after_end="always")
    delivery = await world.delivery(bought)
    for stage in STAGES:
        await _advance(world, delivery, driver, stage)
        told = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
        assert told["delivery_address"] == "Thamel, Kathmandu", stage
    assert told["pickup_address"] is None, "what was not chosen follows the defaults"


async def test_where_a_step_happened_tells_no_address_that_is_not_shown(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    await _choose(bought.seller, pickup_address="never", delivery_address="never", after_end="always")
    await world.online_at(driver, *somewhere())  # its place stands for that of the steps
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    told = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert {step["status"] for step in told["tracking_history"]} >= {"picked_up", "delivered"}
    assert [step["location"] for step in told["tracking_history"]] == [None] * len(told["tracking_history"])


def _way(place: tuple[float, float], metres: float) -> dict[str, Any]:
    door = north_of(place, metres)
    pickup = {"pickup_latitude": place[0], "pickup_longitude": place[1]}
    return pickup | {"delivery_latitude": door[0], "delivery_longitude": door[1]}


async def test_by_default_the_position_shows_once_the_parcel_is_aboard_and_few_stops_away(world: World) -> None:
    async with another_world(world.server, tracking_position="near") as usual:
        driver, place = await world.driver(), somewhere()
        *sooner, last = [await world.delivery(**_way(place, metres)) for metres in (1_000, 2_000, 3_000, 200_000)]
        await world.online_at(driver, *place)
        for one in (*sooner, last):
            ok(await driver.post(f"/api/deliveries/{one['id']}/accept/", {}))
        async with watch(usual, last["tracking_number"]) as socket:
            assert (await next_frame(socket))["position"] is None  # not aboard
            for one in (*sooner, last):
                ok(await driver.post(f"/api/deliveries/{one['id']}/pickup/", {}))
            path = f"/api/deliveries/{last['tracking_number']}/track/"
            aboard = ok(await usual.http.get(path))
            assert (aboard["position"], aboard["hidden"]) == (None, ["position"])  # three stops before
            assert aboard["eta"] is not None
            near = ok(await usual.http.get(f"/api/deliveries/{sooner[0]['tracking_number']}/track/"))
            assert near["position"] is not None
            ok(await driver.post(f"/api/deliveries/{sooner[0]['id']}/deliver/", {}))
            assert ok(await usual.http.get(path))["position"] is not None
            while (frame := await next_frame(socket)).get("position") is None:
                assert frame["type"] in {"status", "snapshot"}
            assert frame["type"] == "snapshot"


@pytest.mark.parametrize(("next_try_in_h", "door_is_known"), [(12, True), (None, True), (None, False)])
async def test_where_the_courier_spends_the_time_until_a_next_try_is_shown_to_nobody(
    world: World, next_try_in_h: int | None, door_is_known: bool
) -> None:
    async with another_world(world.server, tracking_position="near") as usual:
        driver, place = await world.driver(), somewhere()
        unknown = {} if door_is_known else dict.fromkeys(("delivery_latitude", "delivery_longitude"))
        delivery = await world.delivery(**_way(place, 1_000) | unknown)
        await world.online_at(driver, *place)
        for step in ("accept", "pickup"):
            ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
        path = f"/api/deliveries/{delivery['tracking_number']}/track/"
        assert ok(await usual.http.get(path))["position"] is not None
        again = None if next_try_in_h is None else (datetime.now(UTC) + timedelta(hours=next_try_in_h)).isoformat()
        body = {"reason": "nobody_there", "next_try_at": again}
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/attempts/", body), 201)
        found = ok(await usual.http.get(path))
        assert (found["position"], found["hidden"]) == (None, ["position"])
        async with watch(usual, delivery["tracking_number"]) as socket:
            assert (await next_frame(socket))["position"] is None


async def test_who_watches_already_follows_what_the_seller_chooses(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    await world.online_at(driver, *somewhere())
    async with watch(world, delivery["tracking_number"]) as socket:
        assert (await next_frame(socket))["position"] is not None
        await _choose(bought.seller, position="never")
        assert (await frames_until(socket, type="snapshot"))[-1]["position"] is None
        await _choose(bought.seller, position="under_way")
        assert (await frames_until(socket, type="snapshot"))[-1]["position"] is not None


async def test_a_seller_sees_and_changes_what_is_shown_and_goes_back_to_the_defaults(world: World) -> None:
    seller = await world.person("seller")
    usual = ok(await seller.get(SETTINGS))
    defaults = usual.pop("defaults")
    assert usual == defaults
    contract_shows = ("surname", "phone", "vehicle_number", "pickup_address", "delivery_address")
    assert {usual[name] for name in contract_shows} == {"under_way"}
    assert (usual["history"], usual["after_end"]) == ("always", "code")
    changed = await _choose(seller, phone="never", after_end="always")
    assert (changed["phone"], changed["after_end"], changed["surname"]) == ("never", "always", usual["surname"])
    back = await _choose(seller, phone=None)
    assert (back["phone"], back["after_end"]) == ("under_way", "always")
    assert ok(await seller.get(SETTINGS)) == back
    assert ok(await (await world.person("seller")).get(SETTINGS))["after_end"] == "code"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "sometimes"}, "phone"),
        ({"phone": 1}, "phone"),
        ({"after_end": "near"}, "after_end"),
        ({"shoe_size": "always"}, "shoe_size"),
    ],
)
async def test_a_choice_that_does_not_fit_is_named(world: World, body: dict[str, Any], field: str) -> None:
    refused = await (await world.person("seller")).patch(SETTINGS, body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


async def test_a_code_is_read_as_it_is_typed_and_wrong_ones_are_counted(world: World) -> None:
    bought, other = await world.bought(), await world.delivery()
    delivery = await world.delivery(bought)
    await _choose(bought.seller, delivery_address="code")
    path = f"/api/deliveries/{delivery['tracking_number']}/unlock/"
    for typed in ("४५६७", " 45-67 "):
        ok(await world.http.post(path, json={"code": typed}))
    foreign = ok(await world.http.post(f"/api/deliveries/{other['tracking_number']}/unlock/", json={"code": "4567"}))
    for unlock in (foreign["token"], "1.x", "9" * 100, foreign["token"][:-1] + "é"):
        shown = ok(
            await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/", params={"unlock": unlock})
        )
        assert shown["delivery_address"] is None

    answers = [await world.http.post(path, json={"code": "0000"}) for _ in range(8)]
    assert [answer.status_code for answer in answers][:5] == [403] * 5
    later = [answer for answer in answers[5:] if answer.status_code != 403]  # one may come after its wait
    assert later
    for refused in later:
        told = (refused.status_code, refused.json()["code"])
        assert told == (429, "too_many_codes"), "not the attempts of a courier at a door"
        assert int(refused.headers["retry-after"]) > 0
