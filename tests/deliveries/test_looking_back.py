"""Admins find parcels, orders and people from one box, and see through whose hands a parcel went."""

import re

import pytest

from api.http.schemas import SEARCHABLE
from dispatch.database.search import folded_text
from tests.support.world import World, delivery_body, ok

SEARCH = "/api/v1/operations/search/"


async def test_the_hands_of_a_parcel_are_told_in_their_order(world: World) -> None:
    admin, one, two = await world.admin(), await world.driver(), await world.driver()
    delivery = await world.delivery()
    path = f"/api/deliveries/{delivery['id']}/"
    ok(await one.post(f"{path}accept/"))
    ok(await one.post(f"{path}give-back/", {"reason": "too_far", "note": "flat tyre"}))
    ok(await admin.post(f"{path}assign/", {"transporter_id": two.transporter_id}))
    told = ok(await admin.get(f"{path}assignments/"))
    hands = [(hand["event"], hand["transporter"]) for hand in told["hands"]]
    assert hands[0][1] == one.transporter_id
    assert ("delivery.unassigned", one.transporter_id) in hands
    assert hands[-1] == ("delivery.assigned", two.transporter_id)
    [back] = told["given_back"]
    assert (back["transporter"], back["reason"], back["note"]) == (one.transporter_id, "too_far", "flat tyre")
    assert told["decisions"][-1]["transporter"] == two.transporter_id
    assert told["decisions"][-1]["assigned_by"] == admin.user_id


async def test_each_change_of_hands_says_who_or_what_decided_it(world: World) -> None:
    admin, one, two = await world.admin(), await world.driver(), await world.driver()
    path = f"/api/deliveries/{(await world.delivery())['id']}/"
    ok(await one.post(f"{path}accept/"))
    ok(await one.post(f"{path}give-back/", {"reason": "too_far"}))
    ok(await admin.post(f"{path}assign/", {"transporter_id": two.transporter_id}))
    ok(await two.post(f"{path}accept/"))
    ok(await admin.post(f"{path}reassign/", {"transporter_id": one.transporter_id, "reason": "too_late"}))
    ok(await admin.post(f"{path}unassign/", {"reason": "mistake"}))
    hands = ok(await admin.get(f"{path}assignments/"))["hands"]
    told = [(hand["event"].removeprefix("delivery."), hand["how"], hand["by"]) for hand in hands]
    assert told == [
        ("assigned", "own", None),
        ("accepted", None, None),
        ("unassigned", None, None),
        ("assigned", "by_hand", admin.user_id),
        ("accepted", None, None),
        ("reassigned", "by_hand", admin.user_id),
        ("unassigned", None, admin.user_id),
    ]
    assert all((hand["by_name"] is None) == (hand["by"] is None) for hand in hands)
    [moved] = [hand for hand in hands if hand["event"] == "delivery.reassigned"]
    [given] = [
        hand for hand in hands if (hand["transporter"], hand["event"]) == (two.transporter_id, "delivery.assigned")
    ]
    assert (moved["taken_from"], moved["taken_from_name"]) == (two.transporter_id, given["transporter_name"])
    steps = ok(await admin.get(path))["tracking_history"]
    of_hands = [hand["at"] for hand in hands if not hand["event"].endswith("accepted")]
    assert of_hands == [step["timestamp"] for step in steps], "a step and its change of hands have one moment"


async def test_a_parcel_is_found_by_its_number_tracking_number_phone_and_name_however_they_are_typed(
    world: World,
) -> None:
    admin, bought = await world.admin(), await world.bought()
    body = delivery_body(bought.sale_id, delivery_contact_phone="+977-9801112233", delivery_contact_name="Sita Lama")
    made = ok(await admin.post("/api/deliveries/create/", body), 201)
    number = made["tracking_number"]
    for typed in (str(made["id"]), f"#{made['id']}", number.lower(), f"{number[:3]} {number[3:7]}-{number[7:]}"):
        found = ok(await admin.get(SEARCH, search=typed))["deliveries"]
        assert made["id"] in {one["id"] for one in found}, typed
    for typed in ("9801112233", "980-111 2233", "+977 9801112233", "00977-9801112233", "sita lama", "SITA  LAMA"):
        found = ok(await admin.get(SEARCH, search=typed))["deliveries"]
        assert "Sita Lama" in {one["delivery_contact_name"] for one in found}, typed


async def test_orders_and_people_are_found_too_and_house_numbers_find_no_phone(world: World) -> None:
    admin, bought = await world.admin(), await world.bought()
    order = ok(await admin.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    found = ok(await admin.get(SEARCH, search=order["order_number"]))
    assert [one["id"] for one in found["orders"]] == [bought.order_id]
    assert [one["id"] for one in ok(await admin.get(SEARCH, search=bought.customer.email))["people"]] == [
        bought.customer.user_id
    ]
    assert len(ok(await admin.get(SEARCH, search="Some Body"))["people"]) <= 10
    few = ok(await admin.get(SEARCH, search="Some Body", page_size=1))
    assert len(few["people"]) == 1 < few["people_count"]


@pytest.mark.parametrize("typed", ["", " \u200b ", "x" * 101, "%", "_", "\\", "'"])
async def test_nothing_to_look_for_is_refused_and_signs_are_taken_literally(world: World, typed: str) -> None:
    reply = await (await world.admin()).get(SEARCH, search=typed)
    assert reply.status_code == (200 if len(typed) == 1 else 400), reply.text


def test_what_the_description_of_the_search_takes_for_something_is_what_is_looked_for() -> None:
    for sign in map(chr, range(1, 0x110000)):
        if not 0xD800 <= ord(sign) < 0xE000:
            assert bool(re.match(SEARCHABLE, f" {sign}\u200d")) == bool(folded_text(sign)), f"U+{ord(sign):04X}"


async def test_a_search_without_anything_to_be_seen_is_told_so(world: World) -> None:
    for blank in (" ", "\u200b", "\u093c", "\x01", "\x1c\x85\u00a0"):
        reply = await (await world.admin()).get(SEARCH, search=blank)
        assert (reply.status_code, reply.json()["errors"]) == (
            400,
            {"search": "must have a character that can be seen"},
        )
