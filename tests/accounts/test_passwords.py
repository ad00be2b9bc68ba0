"""Passwords fit however a keyboard composes them, and those that anybody would guess are refused in words."""

import asyncio
import unicodedata
from pathlib import Path
from uuid import uuid4

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import ValidationError
from sqlalchemy import select, update

from dispatch.accounts.models import User
from dispatch.accounts.passwords import PasswordCheck, Passwords
from dispatch.errors import Unavailable
from dispatch.settings import Settings
from tests.support.mailbox import link_to, token_of
from tests.support.world import PASSWORD, Driver, World, ok, together

TOKEN = "/api/v1/auth/token/"
CAFE = "mañana-café"
FORMS = [unicodedata.normalize("NFC", CAFE), unicodedata.normalize("NFD", CAFE)]


def _email() -> str:
    return f"{uuid4().hex}@example.com"


@pytest.mark.parametrize("registered", FORMS, ids=["composed", "decomposed"])
async def test_a_password_is_one_in_both_its_forms(world: World, registered: str) -> None:
    email = _email()
    ok(await world.http.post("/api/v1/auth/register/", json={"email": email, "password": registered}), 201)
    for typed in FORMS:
        ok(await world.http.post(TOKEN, json={"email": email, "password": typed}))


@pytest.mark.parametrize("hashed", FORMS, ids=["composed", "decomposed"])
async def test_passwords_hashed_before_they_were_normalised_go_on_fitting_in_both_forms(
    world: World, hashed: str
) -> None:
    old_hash = PasswordHash((Argon2Hasher(),)).hash(hashed)
    for typed in FORMS:
        person = await world.person()
        async with world.server.services.database.work() as work:
            await work.session.execute(update(User).where(User.id == person.user_id).values(password_hash=old_hash))
        ok(await world.http.post(TOKEN, json={"email": person.email, "password": typed}))
        async with world.server.services.database.work() as work:
            kept = await work.session.scalar(select(User.password_hash).where(User.id == person.user_id))
        passwords = world.server.services.accounts.passwords
        assert (await passwords.verify(FORMS[0], kept)).fits
        assert (await passwords.verify(FORMS[0], kept)).fresh_hash is None


async def test_a_hash_takes_64_mib_and_three_passes_where_nobody_says_otherwise_and_a_cheaper_one_is_replaced(
    tmp_path: Path,
) -> None:
    usual, cheaper = Passwords(memory_mb=Settings(data_dir=tmp_path).password_memory_mb), Passwords(memory_mb=19)
    kept = await cheaper.hash(PASSWORD)
    assert "$argon2id$v=19$m=19456,t=3,p=4$" in kept
    assert await cheaper.verify(PASSWORD, kept) == PasswordCheck(fits=True)
    checked = await usual.verify(PASSWORD, kept)
    assert checked.fits
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in str(checked.fresh_hash)
    assert await usual.verify(f"{PASSWORD}.", kept) == PasswordCheck(fits=False)
    for passwords in (usual, cheaper):
        passwords.close()


def test_hashes_that_are_cheaper_to_guess_than_is_accepted_anywhere_are_no_setting(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 19"):
        Settings(data_dir=tmp_path, password_memory_mb=18)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "at least 8 characters"),
        ("a\u0301" * 7, "at least 8 characters"),  # 14 as they are typed
        ("x7" * 101, "at most 200 characters"),
        ("12345678", "easily guessed"),
        ("password1", "easily guessed"),
        ("qwertyuiop", "easily guessed"),
        ("aaaaaaaaaaaa", "easily guessed"),
        (" " * 12, "can be seen"),
        ("\u200b" * 12, "can be seen"),
        ("\u3164\u00a0\u2003" * 4, "can be seen"),
        ("    12345678    ", "easily guessed"),
        ("p\u200bassw\u2060ord\u00ad1", "easily guessed"),
    ],
)
async def test_a_password_that_anybody_would_guess_is_refused_in_words(world: World, password: str, word: str) -> None:
    refused = await world.http.post("/api/v1/auth/register/", json={"email": _email(), "password": password})
    assert (refused.status_code, refused.json()["code"]) == (400, "weak_password")
    assert word in refused.json()["errors"]["password"]


async def test_what_is_known_about_a_person_is_no_password(world: World) -> None:
    email, name = f"sita-{uuid4().hex[:6]}@example.com", "Sita Kumari Rai"
    for password in (email, email.upper(), f" {email} ", f"{email[:3]}\u200b{email[3:]}", name, name.lower()):
        body = {"email": email, "name": name, "password": password}
        refused = await world.http.post("/api/v1/auth/register/", json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "weak_password")
        assert "your e-mail address or your name" in refused.json()["errors"]["password"]


async def test_changing_a_password_ends_the_other_sign_ins_and_refuses_weak_ones(world: World) -> None:
    person = await world.person()
    credentials = {"email": person.email, "password": PASSWORD}
    other = ok(await world.http.post(TOKEN, json=credentials))["access"]
    weak = await person.post("/api/v1/auth/password/", {"old_password": PASSWORD, "new_password": "12345678"})
    assert (weak.status_code, list(weak.json()["errors"])) == (400, ["new_password"])
    ok(await person.post("/api/v1/auth/password/", {"old_password": PASSWORD, "new_password": "fresh tea, no sugar"}))
    assert (await person.get("/api/v1/auth/me/")).status_code == 200
    gone = await world.http.get("/api/v1/auth/me/", headers={"Authorization": f"Bearer {other}"})
    assert (gone.status_code, gone.json()["code"]) == (401, "sign_in_ended")
    assert (await world.http.post(TOKEN, json=credentials)).status_code == 401
    ok(await world.http.post(TOKEN, json=credentials | {"password": "fresh tea, no sugar"}))
    events = ok(await (await world.admin()).get("/api/v1/audit/", actor_id=person.user_id))["results"]
    assert "password.changed" in [event["action"] for event in events]
    assert "sugar" not in str(events)


async def _sends(world: World, token: str) -> bool:
    """Whether a device token is still taken."""
    reply = await world.http.post("/api/phones/osmand/", params={"id": token, "lat": 27.7, "lon": 85.3})
    return reply.status_code != 401


async def _device(driver: Driver) -> str:
    made = ok(await driver.post("/api/transporters/me/devices/", {"name": "phone"}), 201)
    return str(made["token"])


async def test_ones_own_change_of_password_ends_device_tokens_only_where_that_is_wanted(world: World) -> None:
    driver = await world.driver()
    token = await _device(driver)
    change = {"old_password": PASSWORD, "new_password": "fresh tea, no sugar"}
    ok(await driver.post("/api/v1/auth/password/", change))
    assert await _sends(world, token)
    again = {"old_password": change["new_password"], "new_password": "milk tea, with salt", "revoke_devices": True}
    ok(await driver.post("/api/v1/auth/password/", again))
    assert not await _sends(world, token)


@pytest.mark.parametrize("way", ["an admin's change", "a link"])
async def test_a_password_that_replaces_one_that_others_may_know_ends_device_tokens_too(world: World, way: str) -> None:
    driver, other = await world.driver(), await world.driver()
    tokens = [await _device(driver), await _device(other)]
    if way == "a link":
        ok(await world.http.post("/api/v1/auth/password/forgot/", json={"email": driver.email}), 202)
        link = token_of(await link_to(world, driver.email, "Choose a new password"))
        body = {"token": link, "password": "fresh tea, no sugar"}
        ok(await world.http.post("/api/v1/auth/password/reset/", json=body))
    else:
        path = f"/api/v1/users/{driver.user_id}/password/"
        ok(await (await world.admin()).post(path, {"password": "fresh tea, no sugar"}))
    assert [await _sends(world, token) for token in tokens] == [False, True]


async def test_two_changes_of_one_password_at_once_leave_one_of_them(world: World) -> None:
    person = await world.person()
    wanted = ["fresh tea, no sugar", "strong coffee, black"]
    replies = await together(
        person.post("/api/v1/auth/password/", {"old_password": PASSWORD, "new_password": one}) for one in wanted
    )
    changed = [one for one, reply in zip(wanted, replies, strict=True) if reply.status_code == 200]
    assert len(changed) >= 1
    fits = [(await world.http.post(TOKEN, json={"email": person.email, "password": one})).status_code for one in wanted]
    assert sorted(fits) == [200, 401]


async def test_the_pool_of_hashes_refuses_when_it_is_full_and_takes_on_again() -> None:
    passwords = Passwords(threads=1, waiting=1)
    replies = await _all_of(passwords, 5)
    assert sorted(map(type, replies), key=str) == sorted([str, str, *[Unavailable] * 3], key=str)
    assert isinstance(await passwords.hash(PASSWORD), str)
    passwords.close()


async def _all_of(passwords: Passwords, count: int) -> list[object]:
    return list(await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(count)), return_exceptions=True))
