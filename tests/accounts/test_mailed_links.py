"""Links in mails: they prove an address or choose a new password, once, and only where somebody presses the button."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import websockets
from sqlalchemy import select, update

from dispatch.accounts.models import AccountLink
from dispatch.notifications.models import OutboxMessage
from dispatch.settings import Settings
from realtime.protocol import Close
from tests.support.mailbox import link_to, mail_to, token_of
from tests.support.watching import another_world, close_code
from tests.support.world import PASSWORD, Person, World, ok, together

AUTH = "/api/v1/auth"
CONFIRM = "Confirm your e-mail address"
NEW = "Choose a new password"
OTHER = "fresh tea, no sugar"
PRODUCT = {"name": "Rice", "listed_price": "12.50", "stock": 1}
PROFILE = {"phone": "+977-9841555555", "vehicle_type": "van", "capacity_kg": 50}


async def _registered(world: World, *roles: str) -> Person:
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "roles": list(roles)}
    made = ok(await world.http.post(f"{AUTH}/register/", json=body), 201)
    return Person(world.http, made["id"], made["email"], made["access"], made["refresh"])


async def _written_to(world: World, address: str) -> list[str]:
    """What kinds of messages: each is written in the transaction of what it tells of, however late it is sent."""
    written = select(OutboxMessage.template).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id)
    async with world.server.services.database.work() as work:
        return list(await work.session.scalars(written))


async def _acts(person: Person) -> list[httpx.Response]:
    """What sellers and transporters do."""
    return [
        await person.post("/api/v1/marketplace/products/", PRODUCT),
        await person.post("/api/transporters/", PROFILE),
        await person.post("/api/transporters/me/devices/", {"name": "phone"}),
        await person.get("/api/deliveries/available/"),
    ]


async def test_a_seller_and_transporter_acts_once_the_address_is_proved_and_not_before(world: World) -> None:
    person = await _registered(world, "seller", "transporter", "customer")
    for refused in await _acts(person):
        assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
        assert "verify-email/resend" in refused.json()["detail"]
    async with websockets.connect(f"{world.ws_url}/ws/transporter", additional_headers=person.headers) as socket:
        assert await close_code(socket) == Close.FORBIDDEN
    me = ok(await person.get(f"{AUTH}/me/"))
    assert (me["email_verified"], me["email_proof_needed"]) == (False, True)
    ok(await person.post("/api/v1/marketplace/carts/"), 201)
    token = token_of(await link_to(world, person.email, CONFIRM))
    proved = ok(await world.http.post(f"{AUTH}/verify-email/", json={"token": token}))
    assert (proved["id"], proved["email_verified"], "access" in proved) == (person.user_id, True, False)
    assert proved["email_proof_needed"] is False
    assert all(reply.status_code not in {401, 403} for reply in (await _acts(person))[:3])


async def test_opening_the_link_proves_nothing_and_its_button_does(world: World) -> None:
    person = await _registered(world, "seller")
    link = await link_to(world, person.email, CONFIRM)
    for _ in range(2):  # a mail scanner, then a person
        page = await world.http.get(link)
        assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
        assert page.headers["cache-control"] == "no-store"
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert ok(await person.get(f"{AUTH}/me/"))["email_verified"] is False
    for _ in range(2):  # pressed twice
        done = await world.http.post(f"{AUTH}/verify-email/confirm/", data={"token": token_of(link)})
        assert (done.status_code, person.email in done.text) == (200, True)
    assert ok(await person.get(f"{AUTH}/me/"))["email_verified"] is True


async def test_a_token_stands_neither_in_the_outbox_nor_in_the_database(world: World) -> None:
    person = await _registered(world, "seller")
    token = token_of(await link_to(world, person.email, CONFIRM))
    async with world.server.services.database.work() as work:
        messages = await work.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == person.email))
        links = await work.session.scalars(select(AccountLink).where(AccountLink.user_id == person.user_id))
        kept = [str(message.content) + message.key for message in messages] + [link.token_hash for link in links]
    assert kept
    assert not any(token in text or token.partition(".")[2] in text for text in kept)


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 32, "0" * 32 + ".abc", "\x00"])
async def test_what_is_no_token_is_told_so_in_one_way(world: World, token: str) -> None:
    for path, body in (
        ("verify-email", {"token": token}),
        ("password/reset", {"token": token, "password": OTHER}),
    ):
        refused = await world.http.post(f"{AUTH}/{path}/", json=body)
        assert refused.status_code == 400
        assert list(refused.json()["errors"]) == ["token"]
        page = await world.http.post(f"{AUTH}/{path}/confirm/", data=body)
        assert (page.status_code, '<a href="/">' in page.text) == (400, True)


async def test_a_link_that_is_too_old_or_of_another_kind_is_no_good(world: World) -> None:
    person = await _registered(world, "seller")
    token = token_of(await link_to(world, person.email, CONFIRM))
    refused = await world.http.post(f"{AUTH}/password/reset/", json={"token": token, "password": OTHER})
    assert (refused.status_code, refused.json()["code"]) == (400, "link_invalid")
    services = world.server.services
    async with services.database.work() as work:
        past = services.clock.now() - timedelta(seconds=1)
        await work.session.execute(
            update(AccountLink).where(AccountLink.user_id == person.user_id).values(expires_at=past)
        )
    refused = await world.http.post(f"{AUTH}/verify-email/", json={"token": token})
    assert (refused.status_code, refused.json()["code"]) == (400, "link_invalid")
    ok(await person.post(f"{AUTH}/verify-email/resend/"), 202)
    newer = token_of(await link_to(world, person.email, CONFIRM, count=2))
    ok(await world.http.post(f"{AUTH}/verify-email/", json={"token": newer}))
    proved = await person.post(f"{AUTH}/verify-email/resend/")
    assert (proved.status_code, proved.json()["code"]) == (409, "email_verified")


async def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(world: World) -> None:
    person = await world.person("seller", proved=False)
    ok(await world.http.post(f"{AUTH}/password/forgot/", json={"email": person.email.upper()}), 202)
    link = await link_to(world, person.email, NEW)
    assert 'type="password"' in (await world.http.get(link)).text
    token = token_of(link)
    weak = await world.http.post(f"{AUTH}/password/reset/", json={"token": token, "password": "12345678"})
    assert (weak.status_code, weak.json()["code"]) == (400, "weak_password")
    replies = await together(
        world.http.post(f"{AUTH}/password/reset/", json={"token": token, "password": OTHER}) for _ in range(3)
    )
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400]
    assert (await person.get(f"{AUTH}/me/")).status_code == 401
    refused = await world.http.post(f"{AUTH}/token/refresh/", json={"refresh": person.refresh})
    assert refused.status_code == 401
    credentials = {"email": person.email, "password": OTHER}
    access = ok(await world.http.post(f"{AUTH}/token/", json=credentials))["access"]
    me = ok(await world.http.get(f"{AUTH}/me/", headers={"Authorization": f"Bearer {access}"}))
    assert me["email_verified"] is True  # whoever gets its mails has proved the address
    await mail_to(world, person.email, "Your password was changed")


@pytest.mark.parametrize(("language", "title"), [("en", "Forgotten your password?"), ("ne", "पासवर्ड बिर्सनुभयो?")])
async def test_the_page_of_a_forgotten_password_sends_the_link_and_says_the_same_of_a_stranger(
    world: World, language: str, title: str
) -> None:
    person = await world.person()
    page = await world.http.get(f"{AUTH}/password/forgot/", params={"lang": language})
    assert (page.status_code, title in page.text, f'lang="{language}"' in page.text) == (200, True, True)
    texts = {
        (await world.http.post(f"{AUTH}/password/forgot/confirm/", data={"email": email, "lang": language})).text
        for email in (person.email, f"{uuid4().hex}@example.com", "", "x" * 5_000)
    }
    assert len(texts) == 1
    await link_to(world, person.email, NEW)


async def test_a_weak_password_is_asked_for_again_on_the_page_and_a_link_that_is_no_good_for_a_new_one(
    world: World,
) -> None:
    person = await world.person()
    ok(await world.http.post(f"{AUTH}/password/forgot/", json={"email": person.email}), 202)
    token = token_of(await link_to(world, person.email, NEW))
    path = f"{AUTH}/password/reset/confirm/"
    for language in ("en", "ne"):
        weak = await world.http.post(path, data={"token": token, "password": "12345678", "lang": language})
        assert (weak.status_code, 'type="password"' in weak.text, token in weak.text) == (400, True, True)
        bad = await world.http.post(path, data={"token": '"><script>', "password": OTHER, "lang": language})
        assert (bad.status_code, f"/password/forgot/?lang={language}" in bad.text) == (400, True)
        assert "<script>" not in bad.text
    assert "Your password is changed" in (await world.http.post(path, data={"token": token, "password": OTHER})).text


async def test_nobody_learns_from_a_forgotten_password_whether_there_is_an_account(world: World) -> None:
    person, closed = await world.person(), await world.person()
    ok(await (await world.admin()).post(f"/api/v1/users/{closed.user_id}/close/", {"reason": "left"}))
    stranger = f"{uuid4().hex}@example.com"
    replies = [
        await world.http.post(f"{AUTH}/password/forgot/", json={"email": email})
        for email in (stranger, closed.email, "no address", "a\x00b@x.com", person.email)
    ]
    assert {(reply.status_code, reply.text) for reply in replies} == {(202, replies[0].text)}
    await link_to(world, person.email, NEW)
    for nobody in (stranger, closed.email):  # theirs were asked for before
        assert await _written_to(world, nobody) == []


async def test_customers_need_no_proof_until_they_become_sellers(world: World) -> None:
    person = await _registered(world, "customer")
    assert await _written_to(world, person.email) == []
    assert ok(await person.get(f"{AUTH}/me/"))["email_proof_needed"] is False
    assert ok(await person.post(f"{AUTH}/roles/", {"give": ["seller"]}))["email_proof_needed"] is True
    assert (await person.post("/api/v1/marketplace/products/", PRODUCT)).json()["code"] == "email_not_verified"
    token = token_of(await link_to(world, person.email, CONFIRM))
    ok(await world.http.post(f"{AUTH}/verify-email/", json={"token": token}))
    ok(await person.post("/api/v1/marketplace/products/", PRODUCT), 201)


async def test_a_shop_that_asks_for_no_proof_gets_none(world: World) -> None:
    async with another_world(world.server, require_verified_email=False) as other:
        person = await _registered(other, "seller")
        ok(await person.post("/api/v1/marketplace/products/", PRODUCT), 201)
        me = ok(await person.get(f"{AUTH}/me/"))
        assert (me["email_verified"], me["email_proof_needed"]) == (False, False)
        assert await _written_to(other, person.email) == []


@pytest.fixture(scope="module")
async def tried_out(world: World) -> AsyncIterator[World]:
    """A server with the limits that it has where nothing is set."""
    defaults = {
        name: Settings.model_fields[name].default for name in ("trust_local_registrations", "registrations_per_hour")
    }
    async with another_world(world.server, **defaults) as other:
        yield other


async def test_who_registers_on_the_servers_own_machine_is_asked_for_no_proof_and_not_limited(tried_out: World) -> None:
    for _ in range(25):
        person = await _registered(tried_out, "seller")
    ok(await person.post("/api/v1/marketplace/products/", PRODUCT), 201)
    me = ok(await person.get(f"{AUTH}/me/"))
    assert (me["email_verified"], me["email_proof_needed"]) == (True, False)
    assert await _written_to(tried_out, person.email) == []


@pytest.mark.parametrize(
    "header",
    [{"X-Forwarded-For": "2001:db8:7::1"}, {"Forwarded": "for=192.0.2.7"}, {"Host": "parcels.example.com"}],
    ids=lambda header: next(iter(header)),
)
async def test_who_registers_through_a_proxy_or_a_tunnel_is_not_taken_for_the_servers_own_machine(
    tried_out: World, header: dict[str, str]
) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "roles": ["seller"]}
    reply = await tried_out.http.post(f"{AUTH}/register/", json=body, headers=header)
    made = ok(reply, 201)
    assert (made["email_verified"], made["email_proof_needed"]) == (False, True)
    assert "ratelimit" in reply.headers
    assert await _written_to(tried_out, email) != []


@pytest.mark.parametrize(
    ("query", "back"),
    [
        ("?lang=en&from=console", '<a href="/console">Back to sign in</a>'),
        ("?lang=ne&from=shop", '<a href="/shop">साइन इनमा फर्कनुहोस्</a>'),
        ("?lang=en&from=//elsewhere.example", '<a href="/">Go to the pages</a>'),
    ],
)
async def test_a_forgotten_password_is_asked_for_under_the_header_with_the_way_back(
    world: World, query: str, back: str
) -> None:
    page = (await world.http.get(f"/api/v1/auth/password/forgot/{query}")).text
    assert back in page
    assert '<a class="brand" href="/">' in page
    assert f'href="?lang={"ne" if "lang=en" in query else "en"}&amp;from=' in page
