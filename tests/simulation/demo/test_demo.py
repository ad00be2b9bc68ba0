"""The promises of `make demo`, to somebody who has just typed it."""

import asyncio
import json
import signal
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect

from dispatch.geo import great_circle_m
from tests.simulation.demo.newcomer import Person, SignIn, bought, done, made_delivery
from tests.support.demo_process import ENDS_WITHIN_S, DemoProcess, processes_in
from tests.support.waiting import PATIENCE_S, until

pytestmark = pytest.mark.slow

STATES = {"pending", "confirmed", "processing", "shipped", "delivered", "cancelled"}


async def deliveries_by_status(demo: DemoProcess, admin: Person) -> Counter[str]:
    """How many deliveries the transporters have in each state."""
    found: Counter[str] = Counter()
    for transporter in demo.summary["transporters"]:
        page = await done(admin.get(f"/api/transporters/{transporter['id']}/deliveries/", params={"page_size": 100}))
        found.update(row["status"] for row in page["results"])
    return found


async def nearby(admin: Person) -> list[dict[str, Any]]:
    """Everyone online in the valley."""
    query: dict[str, Any] = {"lat": 27.70, "lon": 85.35, "radius_km": 40, "limit": 500}
    found: list[dict[str, Any]] = (await done(admin.get("/api/transporters/nearby/", params=query)))["results"]
    return found


def tracking_url(demo: DemoProcess, number: str) -> str:
    """Where a parcel is watched."""
    return f"ws{demo.base_url.removeprefix('http')}/ws/track/{number}"


async def test_every_role_has_a_login(demo: DemoProcess, sign_in: SignIn) -> None:
    assert set(demo.summary["accounts"]) == {"admin", "seller", "customer", "transporter"}
    for role in demo.summary["accounts"]:
        me = await done((await sign_in(role)).get("/api/v1/auth/me/"))
        assert me["roles"] == [role]


async def test_every_transporter_is_listed_with_its_own_number(demo: DemoProcess, sign_in: SignIn) -> None:
    listed = demo.summary["transporters"]
    assert len(listed) == len({one["id"] for one in listed}) == len({one["email"] for one in listed}) == 40
    for one in listed[::13]:
        profile = await done((await sign_in(one)).get("/api/transporters/me/"))
        assert profile["id"] == one["id"]
        assert profile["is_verified"]


def test_only_the_owner_may_read_the_passwords(demo: DemoProcess) -> None:
    assert stat.S_IMODE(demo.summary_path.stat().st_mode) == 0o600


def test_the_terminal_shows_addresses_and_logins_within_80_columns(demo: DemoProcess) -> None:
    for account in demo.summary["accounts"].values():
        assert account["email"] in demo.said
        assert account["password"] in demo.said
    assert f"{demo.base_url}/schema" in demo.said
    assert "Traceback" not in demo.said
    # Commands and paths may be longer: they are there to be copied whole.
    assert [
        line for line in demo.said.splitlines() if len(line) > 80 and not line.startswith(("  ", "All log-ins"))
    ] == []


async def test_the_fleet_is_mixed_and_online_in_the_valley(demo: DemoProcess, sign_in: SignIn) -> None:
    admin, everybody = await sign_in("admin"), {one["id"] for one in demo.summary["transporters"]}

    async def all_online() -> list[dict[str, Any]] | None:
        found = await nearby(admin)
        return found if {one["id"] for one in found} == everybody else None

    online = await until(all_online, "everybody is on the road")
    assert {one["vehicle_type"] for one in online} == {"bicycle", "motorcycle", "scooter", "car", "van", "truck"}
    assert len({one["rating"] for one in online}) > 10
    assert len({one["active_deliveries"] for one in online}) > 1


async def test_there_are_orders_and_deliveries_in_each_state(demo: DemoProcess, sign_in: SignIn) -> None:
    customer, admin = await sign_in("customer"), await sign_in("admin")
    orders = await done(customer.get("/api/v1/marketplace/orders/my-orders/", params={"page_size": 100}))
    assert {order["order_status"] for order in orders["results"]} >= STATES
    assert (await done(admin.get("/api/deliveries/available/")))["count"] >= 2
    carried = await deliveries_by_status(demo, admin)
    assert carried["delivered"] >= 3
    assert carried["assigned"] + carried["picked_up"] + carried["in_transit"] >= 3


async def test_one_parcel_waits_although_its_time_has_passed(sign_in: SignIn) -> None:
    urgent = await whole_deliveries(await sign_in("admin"), status="available", priority="urgent")
    asked_for = [datetime.fromisoformat(one["requested_delivery_date"]) for one in urgent]
    assert [at < datetime.now(UTC) - timedelta(minutes=20) for at in asked_for] == [True]
    ordered = [datetime.fromisoformat(one["created_at"]) for one in urgent]
    assert [at - made for at, made in zip(asked_for, ordered, strict=True)] == [timedelta(minutes=45)]


async def test_documents_wait_for_an_admin_and_their_pictures_open(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    waiting = (await done(admin.get("/api/transporters/documents/", params={"state": "waiting"})))["results"]
    assert sorted(one["kind"] for one in waiting) == ["insurance", "licence"]
    for one in waiting:
        looked_at = await done(admin.get(f"/api/transporters/documents/{one['id']}/"))
        shown = await admin.get(looked_at["picture"]["url"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")


async def test_why_each_parcel_went_to_whoever_has_it_is_kept(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    whole = await whole_deliveries(admin, search="Demo order", status="picked_up")
    assert whole
    for one in whole:
        decision = await done(admin.get(f"/api/deliveries/{one['id']}/decision/"))
        assert decision["transporter_id"] == one["transporter"]["id"]


async def test_transporters_read_no_note_of_the_demo_as_an_instruction(sign_in: SignIn) -> None:
    found = await whole_deliveries(await sign_in("admin"), search="Demo order")
    found = [one for one in found if one["return_of"] is None]  # what goes back asks at the counter that it came from
    assert {one["special_instructions"] + one["delivery_instructions"] for one in found} == {""}
    assert all(one["pickup_instructions"].startswith("Ask at the counter for ") for one in found)


async def whole_deliveries(admin: Person, **wanted: str) -> list[dict[str, Any]]:
    """Deliveries of the first page, each with all that it has."""
    page = await done(admin.get("/api/deliveries/", params=wanted))
    return [await done(admin.get(f"/api/deliveries/{one['id']}/")) for one in page["results"]]


async def test_a_watcher_sees_a_parcel_move(demo: DemoProcess) -> None:
    number = demo.summary["tracking_numbers"][0]
    places = set()
    async with asyncio.timeout(PATIENCE_S), connect(tracking_url(demo, number), proxy=None) as socket:
        async for raw in socket:
            frame = json.loads(raw)
            if frame["type"] == "position":
                places.add((frame["lat"], frame["lon"]))
            if len(places) == 2:
                break
    assert len(places) == 2


@pytest.mark.parametrize("pickup", [(27.61, 85.30), (27.79, 85.50), None], ids=["south-west", "north-east", "nowhere"])
async def test_a_newcomers_parcel_finds_a_transporter(
    demo: DemoProcess, sign_in: SignIn, pickup: tuple[float, float] | None
) -> None:
    customer, seller, admin = await sign_in("customer"), await sign_in("seller"), await sign_in("admin")
    sale_id = await bought(customer, seller, demo.summary["sandbox_url"])
    point = {"pickup_latitude": pickup[0], "pickup_longitude": pickup[1]} if pickup else {}
    delivery = await made_delivery(seller, sale_id, **point)
    answer = await done(admin.post("/api/auto-assign/", json={"delivery_id": delivery["id"]}))
    assert answer["assigned_transporter"]["id"] in {one["id"] for one in demo.summary["transporters"]}
    assert answer["alternatives"]


async def test_a_simulated_transporter_drives_to_a_newcomers_parcel_and_leaves_the_rest_to_them(
    demo: DemoProcess, sign_in: SignIn
) -> None:
    customer, seller, admin = await sign_in("customer"), await sign_in("seller"), await sign_in("admin")
    sale_id = await bought(customer, seller, demo.summary["sandbox_url"])
    idle = next(one for one in await nearby(admin) if not one["active_deliveries"] and one["vehicle_type"] == "car")
    lat, lon = idle["position"]["lat"] + 0.001, idle["position"]["lon"]
    delivery = await made_delivery(seller, sale_id, pickup_latitude=lat, pickup_longitude=lon)
    account = next(one for one in demo.summary["transporters"] if one["id"] == idle["id"])
    transporter = await sign_in(account)
    path = f"/api/deliveries/{delivery['id']}"
    await done(transporter.post(f"{path}/accept/", json={}))

    async def is_there() -> bool:
        place = next(one["position"] for one in await nearby(admin) if one["id"] == idle["id"])
        return great_circle_m(place["lat"], place["lon"], lat, lon) < 40

    await until(is_there)
    picked_up = await done(transporter.post(f"{path}/pickup/", json={"latitude": lat, "longitude": lon}))
    assert picked_up["status"] == "picked_up"
    delivered = await done(transporter.post(f"{path}/deliver/", json={"customer_rating": 5}))
    assert delivered["earnings"] == 135.0


async def test_a_customer_keeps_an_address_with_its_place_for_the_next_order(
    sign_in: SignIn,
) -> None:
    customer = await sign_in("customer")
    kept = (await done(customer.get("/api/v1/marketplace/addresses/")))["results"]
    assert [(one["is_default"], one["latitude"] is not None) for one in kept] == [(True, True)]


async def test_the_shop_begins_with_goods_of_the_seller_whose_log_in_is_shown(sign_in: SignIn) -> None:
    seller, buyer = await sign_in("seller"), await sign_in("customer")
    own = (await done(seller.get("/api/v1/auth/me/")))["id"]
    shown = (await done(buyer.get("/api/v1/marketplace/products/")))["results"]
    played = [row["id"] for row in shown if row["seller"]["id"] == own]
    assert len(played) >= 3
    assert [row["id"] for row in shown[: len(played)]] == played


async def test_what_is_ordered_of_a_seller_whom_nobody_plays_goes_off_by_itself(
    demo: DemoProcess, sign_in: SignIn
) -> None:
    customer, admin = await sign_in("customer"), await sign_in("admin")
    tea_room = {"email": "tea@demo.example", "password": demo.summary["accounts"]["seller"]["password"]}
    sale_id = await bought(customer, await sign_in(tea_room), demo.summary["sandbox_url"])

    async def has_a_courier() -> Any:
        sale = await done(customer.get(f"/api/marketplace/sales/{sale_id}/"))
        if sale["delivery_id"] is None:
            return None
        delivery = await done(admin.get(f"/api/deliveries/{sale['delivery_id']}/"))
        return delivery["status"] != "available"

    assert await until(has_a_courier)


async def test_one_parcel_was_tried_in_vain_and_one_came_back_to_its_seller(sign_in: SignIn) -> None:
    customer, seller = await sign_in("customer"), await sign_in("seller")
    orders = (await done(customer.get("/api/v1/marketplace/orders/my-orders/", params={"page_size": 100})))["results"]
    whole = [await done(customer.get(f"/api/v1/marketplace/orders/{order['id']}/")) for order in orders]
    numbers = {sale["tracking_number"] for order in whole for sale in order["sales"] if sale["tracking_number"]}
    parcels = [await done(customer.get(f"/api/deliveries/{number}/track/")) for number in sorted(numbers)]
    tried = [one for one in parcels if one["attempts"] and one["status"] == "in_transit"]
    assert any(one["next_try"] for one in tried)
    back = [one for one in parcels if one["ending"] == "returned"]
    assert back
    assert all(one["attempts"] for one in back)
    sales = await done(seller.get("/api/marketplace/sales/", params={"page_size": 100}))
    assert sales["count"]


async def lasting(sign_in: SignIn) -> tuple[set[int], int]:
    """What nobody moves while the demo runs: orders that wait or were cancelled; and how many products there are."""
    customer, seller = await sign_in("customer"), await sign_in("seller")
    page = await done(customer.get("/api/v1/marketplace/orders/my-orders/", params={"page_size": 100}))
    orders = {order["id"] for order in page["results"] if order["order_status"] in {"pending", "cancelled"}}
    return orders, (await done(seller.get("/api/v1/marketplace/products/")))["count"]


@pytest.mark.heavy  # the one that was killed goes on as well, and with less
async def test_a_second_start_goes_on_with_the_same_data(demo: DemoProcess, sign_in: SignIn) -> None:
    before, known = demo.summary, await lasting(sign_in)
    assert demo.stop(signal.SIGINT) == 0
    assert not processes_in(demo.folder)
    demo.start()
    assert demo.summary["accounts"] == before["accounts"]
    assert demo.summary["transporters"] == before["transporters"]
    assert await lasting(sign_in) == known
    assert demo.summary["tracking_numbers"]


def test_a_busy_port_is_named_and_leaves_nothing_behind(
    demo: DemoProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = DemoProcess(tmp_path_factory.mktemp("busy"))
    process = other.launch(DISPATCH_PORT=demo.base_url.rpartition(":")[2])
    assert process.wait(ENDS_WITHIN_S) == 2
    assert "is in use by another program" in other.said
    assert "Traceback" not in other.said
    assert not processes_in(other.folder)
    assert not other.summary_path.exists()


def test_a_second_demo_on_the_same_data_leaves_the_first_one_alone(demo: DemoProcess) -> None:
    second = DemoProcess(demo.folder)
    process = second.launch()
    assert process.wait(ENDS_WITHIN_S) == 2
    assert "is in use by process" in second.said
    assert json.loads(demo.summary_path.read_text()) == demo.summary


async def test_a_demo_that_was_killed_goes_on_with_the_same_data_and_sigterm_ends_it_cleanly(
    demo: DemoProcess, sign_in: SignIn
) -> None:
    before, known = demo.summary, await lasting(sign_in)
    assert known[1] == 15
    admin = await sign_in("admin")
    # Whoever tries the demo out tries this too: who was closed is verified by nobody, and heard by nobody.
    left_out = await done((await sign_in(before["transporters"][-1])).get("/api/v1/auth/me/"))
    for act in ("close", "reopen"):
        await done(admin.post(f"/api/v1/users/{left_out['id']}/{act}/", json={"reason": "tried out"}))
    demo.stop(signal.SIGKILL)
    demo.start()
    assert demo.summary["accounts"] == before["accounts"]
    assert demo.summary["transporters"] == before["transporters"]
    assert await lasting(sign_in) == known
    assert demo.summary["tracking_numbers"]
    admin = await sign_in("admin")

    async def everyone() -> bool:
        return len(await nearby(admin)) == 39

    assert await until(everyone)
    assert demo.stop(signal.SIGTERM) == 0
    assert not processes_in(demo.folder)
    assert "Traceback" not in demo.said
