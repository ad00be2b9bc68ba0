"""What admins and operators do stands in the log: who, what, to whom, from where."""

import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.commands import begin
from tests.support.server_process import ended
from tests.support.world import PASSWORD, Person, World, ok

AUDIT = "/api/v1/audit/"
AUTH = "/api/v1/auth"


async def _events(admin: Person, **wanted: object) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = ok(await admin.get(AUDIT, **wanted))["results"]
    return results


async def test_the_log_says_who_verified_whom_and_who_withdrew_it(world: World) -> None:
    admin, driver = await world.admin(), await world.driver()
    for approved, action in ((False, "transporter.verification_withdrawn"), (True, "transporter.verified")):
        headers = {"X-Request-Id": f"test-{uuid4().hex}", "X-Forwarded-For": "192.0.2.44"}
        path = f"/api/transporters/{driver.transporter_id}/verify/"
        ok(await admin.post(path, {"approved": approved}, **headers))
        event = (await _events(admin, subject_kind="transporter", subject_id=str(driver.transporter_id)))[0]
        assert (event["action"], event["actor_id"]) == (action, admin.user_id)
        assert (event["address"], event["request_id"]) == ("192.0.2.44", headers["X-Request-Id"])


async def test_an_act_that_is_refused_leaves_no_event(world: World) -> None:
    admin = await world.admin()
    missing = 2**61
    refused = await admin.post(f"/api/v1/notifications/{missing}/retry/")
    assert refused.status_code == 404
    assert await _events(admin, subject_kind="message", subject_id=str(missing)) == []


async def test_the_log_has_what_an_admin_does_to_orders_and_products_of_others(world: World) -> None:
    admin, bought = await world.admin(), await world.bought()
    ok(await admin.patch(f"/api/v1/marketplace/products/{bought.product_id}/", {"stock": 40}))
    ok(await admin.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))
    ok(await bought.seller.patch(f"/api/v1/marketplace/products/{bought.product_id}/", {"stock": 50}))
    acts = {(event["action"], event["subject_id"]) for event in await _events(admin, actor_id=admin.user_id)}
    assert acts >= {("product.changed", str(bought.product_id)), ("order.cancelled", str(bought.order_id))}
    assert "product.changed" not in [event["action"] for event in await _events(admin, actor_id=bought.seller.user_id)]


async def test_the_log_has_sign_ins_and_their_ends(world: World) -> None:
    person, admin = await world.person(), await world.admin()
    access = ok(await world.http.post(f"{AUTH}/token/", json={"email": person.email, "password": PASSWORD}))["access"]
    ok(await world.http.post(f"{AUTH}/logout/", headers={"Authorization": f"Bearer {access}"}), 204)
    events = await _events(admin, actor_id=person.user_id, action="sign_in.")
    assert [event["action"] for event in events] == ["sign_in.ended", "sign_in.opened"]
    assert all(event["address"] for event in events)
    assert access not in str(events)


@pytest.mark.parametrize("role", ["customer", "seller", "transporter"])
async def test_nobody_but_admins_reads_the_log(world: World, role: str) -> None:
    assert (await (await world.person(role)).get(AUDIT)).status_code == 403


async def _dispatch(folder: Path, *words: str, given: str = "") -> str:
    """What a command prints; it must not fail."""
    with tempfile.TemporaryFile() as file:
        file.write(given.encode())
        file.seek(0)
        environment = os.environ | {"DISPATCH_DATA_DIR": str(folder), "COLUMNS": "200"}
        done = await ended(begin(*words, environment=environment, given=file.fileno()))
    assert done.code == 0, done.err
    return done.out


@pytest.mark.slow
async def test_operators_change_accounts_of_admins_and_read_it_in_the_log(world: World) -> None:
    folder, admin = world.server.settings.data_dir, await world.admin()
    email = f"{uuid4().hex}@example.com"
    words = ("--email", email)
    await _dispatch(folder, "create-user", *words, "--role", "admin", "--password-stdin", given=f"{PASSWORD}\n")
    credentials = {"email": email, "password": PASSWORD}
    access = ok(await world.http.post(f"{AUTH}/token/", json=credentials))["access"]
    await _dispatch(folder, "change-password", *words, "--password-stdin", given="fresh tea, no sugar\n")
    assert (await world.http.post(f"{AUTH}/token/", json=credentials)).status_code == 401
    gone = await world.http.get(f"{AUTH}/me/", headers={"Authorization": f"Bearer {access}"})
    assert gone.status_code == 401
    credentials["password"] = "fresh tea, no sugar"
    ok(await world.http.post(f"{AUTH}/token/", json=credentials))
    printed = await _dispatch(folder, "change-roles", *words, "--give", "customer", "--take", "admin")
    assert "customer" in printed
    await _dispatch(folder, "close-account", *words, "--reason", "left")
    assert (await world.http.post(f"{AUTH}/token/", json=credentials)).json()["code"] == "account_closed"
    await _dispatch(folder, "reopen-account", *words)
    ok(await world.http.post(f"{AUTH}/token/", json=credentials))
    found = ok(await admin.get("/api/v1/users/", email=email))["results"][0]
    events = await _events(admin, actor_kind="operator", subject_kind="user", subject_id=str(found["id"]))
    assert [event["action"] for event in reversed(events)] == [
        "account.registered",
        "password.changed",
        "roles.given",
        "roles.taken",
        "account.closed",
        "account.reopened",
    ]
    told = await _dispatch(folder, "audit", "--actor", "operator", "--subject", f"user:{found['id']}")
    assert "operator: account.closed user" in told
    assert '"reason":"left"' in told
    assert "sugar" not in told
