"""A tracking number is found however it is typed, copied or read out: by every way in."""

import json
from urllib.parse import quote

import pytest

from dispatch.numbers import read_tracking_number
from tests.support.watching import next_frame, watch
from tests.support.world import World, ok


def _typed(number: str) -> list[str]:
    halves = number[:3], number[3:11], number[11:]
    return [
        number.lower(),
        " ".join(halves).title(),
        f" {'-'.join(halves)} ",
        "\u2013".join(halves),
        "\u00a0".join(halves),
        f"\u200e{number}",
        number.translate({sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)}),
    ]


async def test_a_parcel_is_followed_by_its_number_however_that_is_typed(world: World) -> None:
    delivery = await world.delivery()
    for typed in _typed(delivery["tracking_number"]):
        written = quote(typed, safe="")
        shown = ok(await world.http.get(f"/api/deliveries/{written}/track/"))
        assert shown["tracking_number"] == delivery["tracking_number"], typed
        page = await world.http.get(f"/t/{written}")
        assert (page.status_code, delivery["tracking_number"] in page.text) == (200, True), typed
        async with watch(world, written) as watcher:
            assert (await next_frame(watcher))["type"] == "snapshot", typed
        async with world.http.stream("GET", f"/api/deliveries/{written}/events/") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    assert json.loads(line[5:])["type"] == "snapshot", typed
                    break


async def test_lists_find_a_parcel_by_its_number_or_a_part_of_it_however_that_is_typed(world: World) -> None:
    bought = await world.bought()
    delivery, other = await world.delivery(bought), await world.delivery()
    admin = await world.admin()
    for typed in [*_typed(delivery["tracking_number"]), delivery["tracking_number"][5:].lower()]:
        found = ok(await admin.get("/api/deliveries/", search=typed))["results"]
        assert [row["id"] for row in found] == [delivery["id"]], typed
        mine = ok(await bought.customer.get("/api/v1/marketplace/orders/my-orders/", search=typed))["results"]
        assert [row["tracking_number"] for row in mine] == [delivery["tracking_number"]], typed
    theirs = await bought.customer.get("/api/v1/marketplace/orders/my-orders/", search=other["tracking_number"])
    assert ok(theirs)["results"] == []


@pytest.mark.parametrize(
    "text", ["", "TRK", "TRK 12", "TRK%00AAAA", "TRK" + "A" * 30, "TRK" + " " * 500 + "AAAA", "🦄"]
)
def test_what_cannot_be_a_number_is_none(text: str) -> None:
    assert read_tracking_number(text) is None


async def test_a_number_that_is_none_is_not_found_in_the_same_words_as_one_that_does_not_exist(world: World) -> None:
    unknown = await world.http.get("/api/deliveries/TRKAAAABBBBCCCCDDDD/track/")
    for typed in ("TRK", "TRK-%25-AAAA", "trk aaaa bbbb cccc eeee", "%F0%9F%A6%84"):
        reply = await world.http.get(f"/api/deliveries/{typed}/track/")
        assert (reply.status_code, reply.json()["detail"]) == (404, unknown.json()["detail"])
