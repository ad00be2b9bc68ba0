"""Accounts are closed and roles are taken with everything that hung on them, and the log says who did it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from realtime.protocol import Close
from tests.support.watching import close_code
from tests.support.world import BHAKTAPUR, PASSWORD, Driver, Person, World, ok, ping, together

AUTH = "/api/v1/auth"
USERS = "/api/v1/users"
WHY = {"reason": "left"}
LET_GO = WHY | {"give": ["customer"], "take": ["transporter"]}


async def _events(admin: Person, user_id: int, action: str) -> list[dict[str, Any]]:
    page = ok(await admin.get("/api/v1/audit/", subject_kind="user", subject_id=str(user_id), action=action))
    results: list[dict[str, Any]] = page["results"]
    return results


async def _end(admin: Person, driver: Driver, how: str) -> None:
    if how == "closed":
        ok(await admin.post(f"{USERS}/{driver.user_id}/close/", {"reason": "fraud"}))
    else:
        ok(await admin.post(f"{USERS}/{driver.user_id}/roles/", LET_GO))


async def _sent(world: World, token: str) -> httpx.Response:
    lat, lon = BHAKTAPUR
    return await world.http.get("/api/phones/osmand/", params={"id": token, "lat": lat, "lon": lon, "timestamp": ""})


@pytest.mark.parametrize("how", ["closed", "role taken"])
async def test_a_transporter_that_is_let_go_stores_nothing_and_is_nowhere(world: World, how: str) -> None:
    admin, driver = await world.admin(), await world.driver()
    token = ok(await driver.post("/api/transporters/me/devices/", {"name": "old phone"}), 201)["token"]
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *BHAKTAPUR))
        await phone.until_ack(1)
        await _end(admin, driver, how)
        assert await close_code(phone.socket) == Close.UNAUTHORIZED
    assert (await _sent(world, token)).status_code == 401
    assert (await driver.get(f"{AUTH}/me/")).status_code == 401
    near = ok(await admin.get("/api/transporters/nearby/", lat=BHAKTAPUR[0], lon=BHAKTAPUR[1], limit=500))
    assert driver.transporter_id not in [found["id"] for found in near["results"]]
    services = world.server.services
    assert await services.live.positions_of([driver.transporter_id]) == {}
    assert driver.transporter_id not in await services.live.online()
    action = "account.closed" if how == "closed" else "roles.taken"
    (event,) = await _events(admin, driver.user_id, action)
    assert (event["actor_kind"], event["actor_id"]) == ("user", admin.user_id)
    assert event["detail"]["devices_revoked"] == 1
    assert event["address"]
    assert event["request_id"]


@pytest.mark.parametrize("how", ["closed", "role taken"])
async def test_what_is_not_picked_up_waits_again_and_is_given_to_somebody_else(world: World, how: str) -> None:
    admin, driver = await world.admin(), await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    delivery = await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    await _end(admin, driver, how)
    shown = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert shown["status"] == "available"
    refused = await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]})
    assert refused.json().get("transporter", {}).get("id") != driver.transporter_id


async def test_a_seller_s_products_go_off_sale_with_the_account(world: World) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    product = await world.product(seller)
    ok(await admin.post(f"{USERS}/{seller.user_id}/close/", WHY))
    assert ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))["is_active"] is False
    again = ok(await admin.post(f"{USERS}/{seller.user_id}/close/", WHY))
    assert again["is_active"] is False
    assert len(await _events(admin, seller.user_id, "account.closed")) == 1


async def test_a_closed_account_is_opened_again_without_what_was_revoked(world: World) -> None:
    admin, driver = await world.admin(), await world.driver()
    token = ok(await driver.post("/api/transporters/me/devices/", {"name": "old phone"}), 201)["token"]
    await _end(admin, driver, "closed")
    credentials = {"email": driver.email, "password": PASSWORD}
    refused = await world.http.post(f"{AUTH}/token/", json=credentials)
    assert (refused.status_code, refused.json()["code"]) == (401, "account_closed")
    ok(await admin.post(f"{USERS}/{driver.user_id}/reopen/", {"reason": "a mistake"}))
    ok(await world.http.post(f"{AUTH}/token/", json=credentials))
    assert (await driver.get(f"{AUTH}/me/")).status_code == 401
    assert (await _sent(world, token)).status_code == 401


@pytest.mark.parametrize("how", ["closed", "role taken"])
async def test_who_is_a_transporter_again_carries_nothing_until_verified_again(world: World, how: str) -> None:
    admin, driver = await world.admin(), await world.driver()
    seen = ok(await driver.get("/api/transporters/me/"))
    await _end(admin, driver, how)
    path = f"{USERS}/{driver.user_id}/"
    ok(
        await admin.post(f"{path}reopen/")
        if how == "closed"
        else await admin.post(f"{path}roles/", {"give": ["transporter"]})
    )
    again = await _signed_in_again(world, driver)
    assert ok(await world.http.get("/api/transporters/me/", headers=again))["is_verified"] is False
    assert (await world.http.get("/api/deliveries/available/", headers=again)).status_code == 403
    verify = f"/api/transporters/{driver.transporter_id}/verify/"
    assert (await admin.post(verify, {"version": seen["papers_version"]})).status_code == 409
    ok(await admin.post(verify, {"version": seen["papers_version"] + 1}))
    ok(await world.http.get("/api/deliveries/available/", headers=again))


@pytest.mark.parametrize("role", ["seller", "transporter"])
async def test_a_role_that_was_taken_from_somebody_only_somebody_else_gives_back(world: World, role: str) -> None:
    admin, person = await world.admin(), await world.person("customer", role)
    roles = f"{USERS}/{person.user_id}/roles/"
    ok(await admin.post(roles, WHY | {"take": [role]}))
    again = await _signed_in_again(world, person)
    for give in ([role], ["customer", role]):
        refused = await world.http.post(f"{AUTH}/roles/", json={"give": give}, headers=again)
        assert (refused.status_code, refused.json()["code"], refused.json()["roles"]) == (403, "role_barred", [role])
    ok(await admin.post(roles, {"give": [role]}))
    for change in ("take", "give"):  # what people give up themselves they may take on again
        ok(await world.http.post(f"{AUTH}/roles/", json={change: [role]}, headers=again))


async def _signed_in_again(world: World, person: Person) -> dict[str, str]:
    credentials = {"email": person.email, "password": PASSWORD}
    return {"Authorization": f"Bearer {ok(await world.http.post(f'{AUTH}/token/', json=credentials))['access']}"}


async def test_people_close_their_own_accounts_with_their_password(world: World) -> None:
    person = await world.person()
    refused = await person.post(f"{AUTH}/close/", {"password": "not mine"})
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    ok(await person.post(f"{AUTH}/close/", {"password": PASSWORD}))
    assert (await person.get(f"{AUTH}/me/")).status_code == 401
    (event,) = await _events(await world.admin(), person.user_id, "account.closed")
    assert event["actor_id"] == person.user_id


async def test_nobody_leaves_with_parcels_aboard(world: World) -> None:
    driver = await world.driver()
    delivery = await world.delivery(requires_signature=False)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", {"latitude": 27.671, "longitude": 85.4298}))
    for path, body in (("close", {"password": PASSWORD}), ("roles", {"give": ["customer"], "take": ["transporter"]})):
        refused = await driver.post(f"{AUTH}/{path}/", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "parcels_aboard")
    assert ok(await driver.get(f"{AUTH}/me/"))["roles"] == ["transporter"]
    admin = await world.admin()
    ok(await admin.post(f"{USERS}/{driver.user_id}/close/", WHY))
    shown = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert shown["status"] in {"picked_up", "in_transit"}  # a dispatcher sees to it


@pytest.mark.parametrize("nothing", [{}, {"reason": ""}, {"reason": "  "}])
async def test_an_admin_says_why_an_account_is_closed_or_a_role_is_taken(world: World, nothing: dict[str, str]) -> None:
    admin, person = await world.admin(), await world.person("customer", "seller")
    path = f"{USERS}/{person.user_id}/"
    for reply in (
        await admin.post(f"{path}close/", nothing),
        await admin.post(f"{path}roles/", nothing | {"take": ["seller"]}),
    ):
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["reason"])
    assert ok(await person.get(f"{AUTH}/me/"))["roles"] == ["customer", "seller"]
    ok(await admin.post(f"{path}roles/", {"take": ["seller"], "reason": "Sold what was not theirs"}))
    ok(await admin.post(f"{path}roles/", {"give": ["transporter"]}))  # what is given takes nothing away
    (event,) = await _events(admin, person.user_id, "roles.taken")
    assert event["detail"]["reason"] == "Sold what was not theirs"


async def test_giving_up_a_role_keeps_this_sign_in_and_ends_the_others(world: World) -> None:
    person = await world.person("customer", "seller")
    other = ok(await world.http.post(f"{AUTH}/token/", json={"email": person.email, "password": PASSWORD}))["access"]
    assert ok(await person.post(f"{AUTH}/roles/", {"take": ["seller"]}))["roles"] == ["customer"]
    assert (await person.get(f"{AUTH}/me/")).status_code == 200
    gone = await world.http.get(f"{AUTH}/me/", headers={"Authorization": f"Bearer {other}"})
    assert gone.status_code == 401
    last = await person.post(f"{AUTH}/roles/", {"take": ["customer"]})
    assert (last.status_code, list(last.json()["errors"])) == (400, ["take"])


@pytest.mark.parametrize("body", [{"give": ["admin"]}, {"take": ["admin"]}, {"give": ["seller"], "take": ["seller"]}])
async def test_admins_are_made_and_unmade_by_command_only(world: World, body: dict[str, list[str]]) -> None:
    person, admin = await world.person(), await world.admin()
    for reply in (
        await person.post(f"{AUTH}/roles/", body),
        await admin.post(f"{USERS}/{person.user_id}/roles/", WHY | body),
    ):
        assert reply.status_code == 400
        assert set(reply.json()["errors"]) <= {"give", "take"}
    assert ok(await person.get(f"{AUTH}/me/"))["roles"] == ["customer"]


async def test_an_admin_does_not_touch_an_admin(world: World) -> None:
    admin, other = await world.admin(), await world.admin()
    for path, body in (
        ("close", WHY),
        ("reopen", {}),
        ("roles", {"give": ["customer"]}),
        ("password", {"password": "fresh tea, no sugar"}),
    ):
        refused = await admin.post(f"{USERS}/{other.user_id}/{path}/", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "admin_by_command")
    assert (await other.get(f"{AUTH}/me/")).status_code == 200


async def test_an_admin_sets_a_password_and_the_log_says_so_without_it(world: World) -> None:
    admin, person = await world.admin(), await world.person()
    weak = await admin.post(f"{USERS}/{person.user_id}/password/", {"password": "12345678"})
    assert (weak.status_code, weak.json()["code"]) == (400, "weak_password")
    ok(await admin.post(f"{USERS}/{person.user_id}/password/", {"password": "fresh tea, no sugar"}))
    assert (await person.get(f"{AUTH}/me/")).status_code == 401
    ok(await world.http.post(f"{AUTH}/token/", json={"email": person.email, "password": "fresh tea, no sugar"}))
    (event,) = await _events(admin, person.user_id, "password.changed")
    assert (event["actor_id"], event["detail"]) == (admin.user_id, {})


async def test_admins_find_accounts(world: World) -> None:
    admin, person = await world.admin(), await world.person("seller", email=f"{uuid4().hex}@example.com")
    (found,) = ok(await admin.get(f"{USERS}/", email=person.email.upper()[:20], role="seller", is_active=True))[
        "results"
    ]
    assert (found["id"], found["email"], found["is_active"]) == (person.user_id, person.email, True)
    assert ok(await admin.get(f"{USERS}/{person.user_id}/")) == found
    assert "password" not in str(found)
    missing = await admin.get(f"{USERS}/{2**60}/")
    assert missing.status_code == 404


async def test_admins_find_accounts_by_a_name_a_phone_or_a_number_however_they_are_typed(world: World) -> None:
    admin, word = await world.admin(), uuid4().hex
    person = await world.person("seller", name=f"Sita {word}")
    async with world.server.services.database.work() as work:
        phone = update(User).where(User.id == person.user_id).values(phone=f"+977-98{person.user_id:08d}")
        await work.session.execute(phone)
    for typed in (word.upper(), f"sita  {word}", person.email, f"+977 98{person.user_id:08d}"):
        found = ok(await admin.get(f"{USERS}/", search=typed, role="seller"))["results"]
        assert [one["id"] for one in found] == [person.user_id], typed
    of_number = ok(await admin.get(f"{USERS}/", search=f"#{person.user_id}"))["results"]
    assert person.user_id in [one["id"] for one in of_number]
    assert ok(await admin.get(f"{USERS}/", search=word, role="customer"))["count"] == 0


async def test_an_admin_sees_what_an_account_is_and_does_before_deciding_about_it(world: World) -> None:
    admin, bought, driver = await world.admin(), await world.bought(), await world.driver()
    seller, buyer = bought.seller, bought.customer
    ok(await world.http.post("/api/v1/auth/token/", json={"email": buyer.email, "password": PASSWORD}))
    sells, buys, carries = [ok(await admin.get(f"{USERS}/{one.user_id}/activity/")) for one in (seller, buyer, driver)]
    assert (sells["products"], sells["orders"], sells["transporter"]) == (1, 0, None)
    assert (buys["orders"], buys["products"], buys["is_verified"]) == (1, 0, None)
    assert (carries["transporter"], carries["is_verified"]) == (driver.transporter_id, True)
    assert buys["signed_in_at"] is not None
    assert buys["sign_ins"] >= 1
    ok(await admin.post(f"{USERS}/{buyer.user_id}/close/", {"reason": "Asked for it"}))
    assert ok(await admin.get(f"{USERS}/{buyer.user_id}/activity/"))["sign_ins"] == 0
    ok(await admin.post(f"{USERS}/{seller.user_id}/roles/", WHY | {"take": ["seller"], "give": ["customer"]}))
    assert ok(await admin.get(f"{USERS}/{seller.user_id}/activity/"))["roles_barred"] == ["seller"]


async def test_an_account_that_several_close_at_once_is_closed_once(world: World) -> None:
    admin, customer = await world.admin(), await world.person()
    replies = await together(admin.post(f"{USERS}/{customer.user_id}/close/", WHY) for _ in range(4))
    assert {reply.status_code for reply in replies} == {200}
    assert len(await _events(admin, customer.user_id, "account.closed")) == 1
