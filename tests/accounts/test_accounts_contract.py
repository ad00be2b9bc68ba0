"""Registering, signing in, staying signed in, being turned away."""

from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from tests.support.shapes import check, is_id, is_text
from tests.support.world import PASSWORD, Person, World, ok, together

AUTH = "/api/v1/auth"
ME = f"{AUTH}/me/"


async def _me(world: World, token: str, scheme: str = "Bearer") -> tuple[int, str]:
    """(status, code) of the answer to a token."""
    reply = await world.http.get(ME, headers={"Authorization": f"{scheme} {token}"})
    return reply.status_code, str(reply.json().get("code"))


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_person_registers_signs_in_and_sees_who_they_are(world: World, ending: str) -> None:
    email = f"{uuid4().hex[:10]}@Example.com"
    body = {"email": email, "password": PASSWORD, "name": "Sita Rai", "phone": "+977-9841234567", "role": "seller"}
    made = ok(await world.http.post(f"{AUTH}/register{ending}", json=body), 201)
    shape = {"id": is_id, "email": email.lower(), "name": "Sita Rai", "phone": "+977-9841234567", "roles": ["seller"]}
    assert made["roles"] == ["seller"]
    check(made, {key: value for key, value in shape.items() if key != "roles"})
    tokens = ok(await world.http.post(f"{AUTH}/token{ending}", json={"email": email.upper(), "password": PASSWORD}))
    check(tokens, {"access": is_text, "refresh": is_text})
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    me = ok(await world.http.get(f"{AUTH}/me{ending}", headers=headers))
    assert (me["id"], me["email"], "password" in str(me)) == (made["id"], email.lower(), False)
    fresh = ok(await world.http.post(f"{AUTH}/token/refresh{ending}", json={"refresh": tokens["refresh"]}))
    check(fresh, {"access": is_text, "refresh": is_text})


async def test_a_person_may_hold_several_roles_but_never_make_an_admin(world: World) -> None:
    person = await world.person("customer", "seller", "transporter")
    assert ok(await person.get(ME))["roles"] == ["customer", "seller", "transporter"]
    base = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    for roles in ({"role": "admin"}, {"roles": ["customer", "admin"]}):
        refused = await world.http.post(f"{AUTH}/register/", json=base | roles)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, list(roles))
    assert ok(await world.http.post(f"{AUTH}/register/", json=base), 201)["roles"] == ["customer"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b\nc"),
        ("email", "a b@c.example"),
        ("email", None),
        ("password", "short"),
        ("password", "x" * 201),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("phone", "12"),
        ("role", "king"),
        ("roles", "seller"),
    ],
)
async def test_a_wrong_field_of_a_registration_is_named(world: World, field: str, value: object) -> None:
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD} | {field: value}
    refused = await world.http.post(f"{AUTH}/register/", json=body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


async def test_an_address_registers_once_even_in_a_race_and_in_another_case(world: World) -> None:
    email = f"{uuid4().hex}@example.com"
    bodies = [{"email": address, "password": PASSWORD} for address in (email, email.upper(), email.title())]
    replies = await together(world.http.post(f"{AUTH}/register/", json=body) for body in bodies)
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409]


async def test_a_wrong_password_and_an_unknown_address_are_told_in_the_same_words(world: World) -> None:
    person = await world.person()
    tries = [{"email": person.email, "password": "wrong"}, {"email": "nobody@example.com", "password": PASSWORD}]
    replies = [await world.http.post(f"{AUTH}/token/", json=body) for body in tries]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert replies[0].text == replies[1].text


async def test_no_token_an_expired_and_a_forged_one_are_told_apart_and_all_refused(world: World) -> None:
    person, tokens = await world.person(), world.server.services.accounts.tokens
    claims = tokens.read_access(person.access)
    expired = tokens.access(claims.user_id, claims.sign_in_id, life=timedelta(seconds=-1))
    refused = await world.http.get(ME, headers={"Authorization": f"Bearer {expired}"})
    check(refused.json(), {"detail": "The token has expired. Refresh it or sign in again.", "code": "token_expired"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    payload = jwt.decode(person.access, options={"verify_signature": False})
    forged = jwt.encode(payload, "another key that is long enough for the algorithm", "HS256")
    unsigned = jwt.encode(payload, "", "none")
    other_sign_in = tokens.access(claims.user_id, uuid4())
    for token, code in (
        (forged, "token_invalid"),
        (unsigned, "token_invalid"),
        (person.refresh, "token_invalid"),
        (person.access[:-3], "token_invalid"),
        (person.access + "x", "token_invalid"),
        ("garbage", "token_invalid"),
        ("a" * 8000, "token_invalid"),
        (other_sign_in, "sign_in_ended"),
    ):
        assert await _me(world, token) == (401, code)
    assert await _me(world, person.access, "Token") == (401, "not_signed_in")
    assert (await world.http.get(ME)).status_code == 401
    assert await _me(world, person.access, "bearer") == (200, "None")


async def test_an_access_token_refreshes_nothing(world: World) -> None:
    person = await world.person()
    for token in (person.access, "garbage", ""):
        refused = await world.http.post(f"{AUTH}/token/refresh/", json={"refresh": token})
        assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


async def test_signing_out_ends_this_sign_in_and_no_other(world: World) -> None:
    person = await world.person()
    signed_in = await world.http.post(f"{AUTH}/token/", json={"email": person.email, "password": PASSWORD})
    other = Person(world.http, person.user_id, person.email, ok(signed_in)["access"])
    assert (await person.post(f"{AUTH}/logout/")).status_code == 204
    assert await _me(world, person.access) == (401, "sign_in_ended")
    refused = await world.http.post(f"{AUTH}/token/refresh/", json={"refresh": person.refresh})
    assert refused.status_code == 401
    assert ok(await other.get(ME))["id"] == person.user_id


async def test_a_closed_account_is_out_at_once(world: World) -> None:
    person = await world.person()
    async with world.server.services.database.work() as work:
        await work.session.execute(update(User).where(User.id == person.user_id).values(is_active=False))
    assert await _me(world, person.access) == (401, "sign_in_ended")
    refused = await world.http.post(f"{AUTH}/token/refresh/", json={"refresh": person.refresh})
    assert refused.status_code == 401
    refused = await world.http.post(f"{AUTH}/token/", json={"email": person.email, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "account_closed")
