"""Another e-mail address: asked for with the password, proved by mail, told to the former one; another name, phone."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from dispatch.notifications.models import OutboxMessage
from tests.support.mailbox import link_to, mail_to, token_of
from tests.support.world import PASSWORD, Person, World, ok, together

AUTH = "/api/v1/auth"
CONFIRM = "Confirm your new e-mail address"
ASKED = "Another e-mail address was asked for"
CHANGED = "Your account has another e-mail address"
OTHER = "fresh tea, no sugar"


def _address() -> str:
    return f"{uuid4().hex}@example.com"


async def _asks(person: Person, email: str, password: str = PASSWORD) -> httpx.Response:
    return await person.post(f"{AUTH}/email/", {"password": password, "email": email})


async def _signs_in(world: World, email: str) -> httpx.Response:
    return await world.http.post(f"{AUTH}/token/", json={"email": email, "password": PASSWORD})


async def _me(person: Person) -> dict[str, Any]:
    return dict(ok(await person.get(f"{AUTH}/me/")))


@pytest.mark.parametrize("role", ["customer", "seller", "transporter", "admin"])
async def test_an_account_has_another_address_once_its_link_is_used_and_all_other_sign_ins_end(
    world: World, role: str
) -> None:
    person = await (world.admin() if role == "admin" else world.person(role))
    former, new = person.email, _address()
    elsewhere = ok(await _signs_in(world, former))["access"]
    ok(await _asks(person, new.upper()), 202)
    await mail_to(world, former, ASKED)
    assert (await _me(person))["email"] == former
    token = token_of(await link_to(world, new, CONFIRM))
    for _ in range(2):  # pressed twice
        done = await world.http.post(f"{AUTH}/email/confirm/", data={"token": token})
        assert (done.status_code, new in done.text) == (200, True)
    me = await _me(person)
    assert (me["email"], me["email_verified"]) == (new, True)
    assert (await world.http.get(f"{AUTH}/me/", headers={"Authorization": f"Bearer {elsewhere}"})).status_code == 401
    assert [(await _signs_in(world, email)).status_code for email in (former, new)] == [401, 200]
    await mail_to(world, former, CHANGED)


async def test_nobody_gets_another_address_without_the_password_or_one_that_is_somebody_elses(world: World) -> None:
    person, other = await world.person(), await world.person()
    refused = await _asks(person, _address(), "wrong")
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    taken = await _asks(person, other.email)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    same = await _asks(person, person.email)
    assert (same.status_code, list(same.json()["errors"])) == (400, ["email"])
    new = _address()
    ok(await _asks(person, new), 202)
    token = token_of(await link_to(world, new, CONFIRM))
    ok(await world.http.post(f"{AUTH}/register/", json={"email": new, "password": OTHER}), 201)
    late = await world.http.post(f"{AUTH}/email/verify/", json={"token": token})
    assert (late.status_code, late.json()["code"]) == (409, "email_taken")
    page = await world.http.post(f"{AUTH}/email/confirm/", data={"token": token, "lang": "ne"})
    assert (page.status_code, "यो इमेलको खाता पहिल्यै छ।" in page.text) == (409, True)
    assert (await _me(person))["email"] == person.email


async def test_of_several_who_want_one_address_at_once_one_gets_it(world: World) -> None:
    people, new = [await world.person() for _ in range(3)], _address()
    for person in people:
        ok(await _asks(person, new), 202)
    await mail_to(world, new, CONFIRM, count=len(people))
    async with world.server.services.database.work() as work:
        keys = await work.session.scalars(
            select(OutboxMessage.content["link_id"].astext)
            .where(OutboxMessage.recipient == new, OutboxMessage.template == "change_email")
            .order_by(OutboxMessage.id)
        )
        tokens = [world.server.services.accounts.link_tokens.token("change_email", UUID(key)) for key in keys]
    replies = await together(world.http.post(f"{AUTH}/email/verify/", json={"token": token}) for token in tokens)
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409]
    assert [(await person.get(f"{AUTH}/me/")).status_code for person in people] == [200, 200, 200]


async def test_a_new_password_takes_back_an_address_that_was_asked_for(world: World) -> None:
    person, new = await world.person(), _address()
    ok(await _asks(person, new), 202)
    token = token_of(await link_to(world, new, CONFIRM))
    ok(await person.post(f"{AUTH}/password/", {"old_password": PASSWORD, "new_password": OTHER}))
    refused = await world.http.post(f"{AUTH}/email/verify/", json={"token": token})
    assert (refused.status_code, refused.json()["code"]) == (400, "link_invalid")


async def test_links_to_the_former_address_are_no_good_any_more_and_no_link_does_what_another_is_for(
    world: World,
) -> None:
    person, new = await world.person(), _address()
    former = person.email
    ok(await world.http.post(f"{AUTH}/password/forgot/", json={"email": former}), 202)
    reset = token_of(await link_to(world, former, "Choose a new password"))
    ok(await _asks(person, new), 202)
    token = token_of(await link_to(world, new, CONFIRM))
    for path, body in (("verify-email/", {"token": token}), ("password/reset/", {"token": token, "password": OTHER})):
        assert (await world.http.post(f"{AUTH}/{path}", json=body)).status_code == 400
    assert (await world.http.post(f"{AUTH}/email/verify/", json={"token": reset})).status_code == 400
    ok(await world.http.post(f"{AUTH}/email/verify/", json={"token": token}))
    body = {"token": reset, "password": OTHER}
    assert (await world.http.post(f"{AUTH}/password/reset/", json=body)).status_code == 400


async def test_what_was_written_to_any_address_of_an_account_goes_with_it(world: World) -> None:
    person, new, never = await world.person(), _address(), _address()
    former = person.email
    ok(await world.http.post(f"{AUTH}/password/forgot/", json={"email": former}), 202)
    await link_to(world, former, "Choose a new password")
    ok(await _asks(person, new), 202)
    ok(await world.http.post(f"{AUTH}/email/verify/", json={"token": token_of(await link_to(world, new, CONFIRM))}))
    ok(await _asks(person, never), 202)
    await mail_to(world, former, CHANGED)
    await mail_to(world, never, CONFIRM)
    ok(await person.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    left = select(OutboxMessage.template).where(OutboxMessage.recipient.in_([former, new, never]))
    async with world.server.services.database.work() as work:
        assert list(await work.session.scalars(left.order_by(OutboxMessage.id))) == []


async def test_people_change_their_name_and_phone_and_the_log_says_what_without_saying_from_what(world: World) -> None:
    person, admin = await world.person("seller"), await world.admin()
    me = ok(await person.patch(f"{AUTH}/me/", {"name": "Gita Rai", "phone": "+977 984-1000111"}))
    assert (me["name"], me["phone"]) == ("Gita Rai", "+977-9841000111")
    assert ok(await person.patch(f"{AUTH}/me/", {"phone": None}))["phone"] is None
    assert (await _me(person))["name"] == "Gita Rai"
    refused = await person.patch(f"{AUTH}/me/", {"name": "", "phone": "none"})
    assert (refused.status_code, sorted(refused.json()["errors"])) == (400, ["name", "phone"])
    found = ok(await admin.get(f"/api/v1/audit/?subject_kind=user&subject_id={person.user_id}"))["results"]
    assert [one["detail"] for one in reversed(found) if one["action"] == "account.changed"] == [
        {"fields": ["name", "phone"]},
        {"fields": ["phone"]},
    ]


async def test_a_transporter_with_another_name_is_verified_anew_and_gives_back_what_was_not_picked_up(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.patch(f"{AUTH}/me/", {"phone": "9841000111"}))  # of the account: customers are told the profile's
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"] is True
    ok(await driver.patch(f"{AUTH}/me/", {"name": "Somebody Else"}))
    profile = ok(await driver.get("/api/transporters/me/"))
    assert (profile["name"], profile["is_verified"]) == ("Somebody Else", False)
    assert ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"
