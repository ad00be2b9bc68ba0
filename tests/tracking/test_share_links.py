"""Links by which somebody follows one parcel for a while: made, listed, taken back, nothing left open behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from realtime.protocol import Close
from tests.support.watching import close_code, frames_until, next_frame, watch
from tests.support.world import Bought, Person, World, ok


async def _parcel(world: World) -> tuple[Bought, dict[str, Any]]:
    bought = await world.bought()
    return bought, await world.delivery(bought)


def _path(delivery: dict[str, Any]) -> str:
    return f"/api/deliveries/{delivery['id']}/share-links/"


async def _share(person: Person, delivery: dict[str, Any], **wish: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(await person.post(_path(delivery), wish), 201)
    return made


def _token(made: dict[str, Any]) -> str:
    return "s." + str(made["url"]).rpartition("/t/s/")[2]


async def _expire(world: World, made: dict[str, Any]) -> None:
    """As if its time were over: a link is good for an hour at least."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with world.server.services.database.work() as work:
        await work.session.execute(
            text("UPDATE share_links SET expires_at = :past WHERE id = :id"), {"past": past, "id": made["id"]}
        )


async def test_whoever_has_a_link_follows_the_parcel_by_every_way_in_and_is_not_told_its_number(world: World) -> None:
    bought, delivery = await _parcel(world)
    made = await _share(bought.customer, delivery, label="Mother")
    token, number = _token(made), delivery["tracking_number"]
    assert len(token) >= 22
    ok(await (await world.driver()).post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    answer = await world.http.get(f"/api/deliveries/{token}/track/")
    assert ok(answer)["tracking_number"] == ""
    assert ok(answer)["delivery_address"] == "Thamel, Kathmandu"
    page = await world.http.get(f"/t/s/{token.removeprefix('s.')}")
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex"
    assert number not in answer.text + page.text
    async with watch(world, token) as socket:
        assert (await next_frame(socket))["status"] == "assigned"
    async with world.http.stream("GET", f"/api/deliveries/{token}/events/") as stream:
        assert stream.status_code == 200
    unlocked = ok(await world.http.post(f"/api/deliveries/{token}/unlock/", json={"code": "4567"}))
    assert number not in str(unlocked)


async def test_once_the_parcel_came_a_link_tells_that_and_the_rest_for_the_code_as_its_number_does(
    world: World,
) -> None:
    bought, delivery = await _parcel(world)
    token, driver = _token(await _share(bought.customer, delivery)), await world.driver()
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    path = f"/api/deliveries/{token}"
    came = ok(await world.http.get(f"{path}/track/"))
    assert (came["status"], came["ended_at"] is not None) == ("delivered", True)
    assert (came["transporter"], came["tracking_history"]) == (None, [])
    unlocked = ok(await world.http.post(f"{path}/unlock/", json={"code": "4567"}))
    again = ok(await world.http.get(f"{path}/track/", params={"unlock": unlocked["token"]}))
    assert [step["status"] for step in again["tracking_history"]][-1] == "delivered"


async def test_what_a_messenger_shows_of_a_link_names_nobody_and_no_place(world: World) -> None:
    bought, delivery = await _parcel(world)
    page = (await world.http.get((await _share(bought.seller, delivery))["url"])).text
    [head] = page.split("</head>")[:1]
    assert '<meta property="og:title" content="Your parcel">' in head
    assert '<meta property="og:description"' in head
    for word in ("Thamel", "John", "Farmer", "Bhaktapur", delivery["tracking_number"]):
        assert word not in head


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_a_link_that_has_ended_opens_nothing_and_cuts_off_who_follows_by_it(world: World, how: str) -> None:
    bought, delivery = await _parcel(world)
    made, other = await _share(bought.customer, delivery), await _share(bought.customer, delivery)
    token = _token(made)
    driver = await world.driver()
    async with (
        watch(world, token) as socket,
        watch(world, _token(other)) as still,
        watch(world, delivery["tracking_number"]) as by_number,
    ):
        for one in (socket, still, by_number):
            await next_frame(one)
        if how == "revoked":
            gone = await bought.customer.delete(f"{_path(delivery)}{made['id']}/")
            again = await bought.customer.delete(f"{_path(delivery)}{made['id']}/")
            assert (gone.status_code, again.status_code) == (204, 204)
        else:
            await _expire(world, made)
        assert await close_code(socket) == Close.LINK_ENDED
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
        for one in (still, by_number):
            await frames_until(one, type="status", status="assigned")
    for path in (f"/api/deliveries/{token}/track/", f"/api/deliveries/{token}/events/"):
        reply = await world.http.get(path)
        assert (reply.status_code, reply.json()["code"]) == (410, "link_ended")
    page = await world.http.get(f"/t/s/{token.removeprefix('s.')}")
    assert (page.status_code, "Thamel" in page.text, "This link has ended" in page.text) == (410, False, True)
    async with watch(world, token) as late:
        assert await close_code(late) == Close.LINK_ENDED


async def test_buyer_and_seller_see_and_revoke_their_own_links_and_admins_all(world: World) -> None:
    bought, delivery = await _parcel(world)
    admin, path = await world.admin(), _path(delivery)
    mine = await _share(bought.customer, delivery, label="Mother", expires_in_h=1)
    theirs = await _share(bought.seller, delivery, label="Buyer")
    [listed] = ok(await bought.customer.get(path))
    assert (listed["id"], listed["label"], listed["is_good"]) == (mine["id"], "Mother", True)
    assert "url" not in listed
    assert [one["id"] for one in ok(await admin.get(path))] == [theirs["id"], mine["id"]]
    assert (await bought.customer.delete(f"{path}{theirs['id']}/")).status_code == 404
    assert (await admin.delete(f"{path}{theirs['id']}/")).status_code == 204
    assert [one["is_good"] for one in ok(await bought.seller.get(path))] == [False]
    for stranger in (await world.person(), await world.person("seller")):
        for reply in (await stranger.get(path), await stranger.post(path, {}), await stranger.delete(f"{path}1/")):
            assert reply.status_code == 404


async def test_of_a_link_the_database_keeps_a_hash(world: World) -> None:
    bought, delivery = await _parcel(world)
    made = await _share(bought.customer, delivery)
    async with world.server.services.database.work() as work:
        row = (await work.session.execute(text("SELECT * FROM share_links WHERE id = :id"), {"id": made["id"]})).one()
    assert _token(made) not in str(row)
    assert _token(made).removeprefix("s.") not in str(row)


async def test_a_parcel_has_a_bounded_number_of_links(world: World) -> None:
    bought, delivery = await _parcel(world)
    for _ in range(20):
        await _share(bought.customer, delivery)
    refused = await bought.customer.post(_path(delivery), {})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_links")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"expires_in_h": 0}, "expires_in_h"),
        ({"expires_in_h": 721}, "expires_in_h"),
        ({"label": "x" * 81}, "label"),
        ({"number": 1}, "number"),
    ],
)
async def test_a_link_that_does_not_fit_is_refused_by_name(world: World, body: dict[str, Any], field: str) -> None:
    bought, delivery = await _parcel(world)
    refused = await bought.customer.post(_path(delivery), body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("token", ["s.", "s." + "A" * 22, "s." + "é" * 22, "s." + "A" * 500, "S." + "A" * 22])
async def test_a_link_that_is_none_is_not_found_as_a_number_that_is_none(world: World, token: str) -> None:
    unknown = await world.http.get("/api/deliveries/TRKAAAABBBBCCCCDDDD/track/")
    reply = await world.http.get(f"/api/deliveries/{token}/track/")
    assert (reply.status_code, reply.json()["code"]) == (404, unknown.json()["code"])
