"""E-mail addresses: one account for one, and none that only looks like one or like another."""

import unicodedata
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from dispatch.accounts.addresses import checked_email, email_key, normalised_email
from dispatch.accounts.models import User
from dispatch.errors import Invalid
from tests.support.world import PASSWORD, World, ok, together

REGISTER = "/api/v1/auth/register/"
TOKEN = "/api/v1/auth/token/"


async def _register(world: World, email: str) -> httpx.Response:
    return await world.http.post(REGISTER, json={"email": email, "password": PASSWORD})


async def test_the_forms_of_one_address_are_one_account(world: World) -> None:
    name = f"josé{uuid4().hex[:8]}"
    forms = [unicodedata.normalize(form, f"{name}@example.com") for form in ("NFC", "NFD")]
    made = ok(await _register(world, forms[1]), 201)
    assert made["email"] == forms[0]
    for again in (*forms, forms[0].upper(), forms[1].upper(), f"  {forms[0]}\n"):
        refused = await _register(world, again)
        assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
        ok(await world.http.post(TOKEN, json={"email": again, "password": PASSWORD}))


async def test_of_registrations_of_one_address_in_both_forms_at_once_one_wins(world: World) -> None:
    name = f"ñandú{uuid4().hex[:8]}@example.com"
    replies = await together(_register(world, unicodedata.normalize(form, name)) for form in ("NFC", "NFD"))
    assert sorted(reply.status_code for reply in replies) == [201, 409]


async def test_letters_that_only_fold_alike_are_one_account_and_mails_go_where_they_should(world: World) -> None:
    name = uuid4().hex[:8]
    assert ok(await _register(world, f"straße{name}@example.com"), 201)["email"] == f"straße{name}@example.com"
    assert (await _register(world, f"STRASSE{name}@example.com")).status_code == 409


@pytest.mark.parametrize(
    "email",
    [
        "0@0",
        "<a@x.com>",
        "Sita <a@x.com>",
        "a,b@x.com",
        "a;b@x.com",
        "a@x",
        "a@localhost",
        "a@[127.0.0.1]",
        "a..b@x.com",
        ".a@x.com",
        "a@x..com",
        "a@-x.com",
        "a@b@x.com",
        '"a b"@x.com',
        "a b@x.com",
        "a\x00b@x.com",
        "a@x.com\x00",
        "a\r\nBcc: b@x.com",
        "a\u200bb@x.com",
        "a\u2060@x.com",
        "a\u00adb@x.com",
        "\u202ea@x.com",
        "a@x\u200b.com",
        "ａdmin@x.com",
        "аdmin@x.com",  # its first letter is Cyrillic
        "admın@x.com",
        "ɑdmin@x.com",
        "аррӏе@x.com",  # wholly Cyrillic, and not to be told from "apple"
        "admin@аpple.com",
        "x" * 65 + "@x.com",
        "x@" + ".".join(["x" * 60] * 5) + ".com",
        "İ" * 130 + "@x.com",
    ],
)
async def test_what_is_no_address_or_looks_like_another_is_refused_in_words(world: World, email: str) -> None:
    refused = await _register(world, email)
    assert refused.status_code == 400, refused.text
    assert list(refused.json()["errors"]) == ["email"]
    signed_in = await world.http.post(TOKEN, json={"email": email, "password": PASSWORD})
    assert signed_in.status_code in {400, 401}


@pytest.mark.parametrize(
    "email",
    [
        "सीता@example.com",
        "пример@example.com",
        "γιώργος@example.com",
        "山田@example.com",
        "たろう山田@example.com",
        "user@пример.рф",
        "o'brien+shop@example.co.uk",
        "a_b-c.d@sub.example.com",
    ],
)
def test_addresses_of_any_script_are_welcome(email: str) -> None:
    assert checked_email(email) == email


@pytest.mark.parametrize("text", ["İ@x.com", "ΟΔΟΣ@x.com", "ſ@x.com", "é@X.com", "ẞ@x.com", "ŉ@x.com"])
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalised_email(normalised_email(text)) == normalised_email(text)
    assert email_key(normalised_email(text)) == email_key(text) == email_key(email_key(text))


def test_a_length_is_that_of_what_is_kept() -> None:
    assert checked_email("X" * 60 + "@" + "y" * 60 + ".COM").islower()
    with pytest.raises(Invalid):
        checked_email("İ" * 40 + "@x.com")  # 40 letters that become 80


async def test_accounts_of_before_with_addresses_in_any_form_still_get_in(world: World) -> None:
    decomposed = unicodedata.normalize("NFD", f"josé{uuid4().hex[:8]}@example.com")
    person = await world.person(email=decomposed)
    for typed in (decomposed, unicodedata.normalize("NFC", decomposed), decomposed.upper()):
        ok(await world.http.post(TOKEN, json={"email": typed, "password": PASSWORD}))
    twin = await world.person(email=unicodedata.normalize("NFC", f"twin{decomposed}"))
    other = await world.person(email=f"other-{uuid4().hex}@example.com")
    async with world.server.services.database.work() as work:  # as an earlier release kept two of one address
        await work.session.execute(
            update(User).where(User.id == other.user_id).values(email=unicodedata.normalize("NFD", twin.email))
        )
    for account in (twin, other):
        async with world.server.services.database.work() as work:
            kept = await work.session.scalar(select(User.email).where(User.id == account.user_id))
        signed_in = ok(await world.http.post(TOKEN, json={"email": kept, "password": PASSWORD}))
        claims = world.server.services.accounts.tokens.read_access(signed_in["access"])
        assert claims.user_id == account.user_id
    assert person.user_id


@pytest.mark.parametrize("email", ["<a@x.com>", "a,b@x.com", "0@0", "a\u200b@x.com"])
async def test_a_buyer_s_address_is_checked_as_an_account_s_is(world: World, email: str) -> None:
    customer, seller = await world.person(), await world.person("seller")
    cart_id = await world.cart(customer, {await world.product(seller): 1})
    body = {
        "cart_id": cart_id,
        "gateway": "KHALTI",
        "return_url": "https://yourapp.example/payment/return",
        "customer_name": "John Doe",
        "customer_email": email,
        "customer_phone": "+977-9841234567",
    }
    refused = await customer.post("/api/v1/payments/initiate/", body)
    assert refused.status_code == 400
    assert "customer_email" in refused.text


async def test_the_database_has_no_two_accounts_of_one_key(world: World) -> None:
    async with world.server.services.database.work() as work:
        twice = await work.session.scalars(select(User.email_key).group_by(User.email_key).having(func.count() > 1))
        assert twice.all() == []
