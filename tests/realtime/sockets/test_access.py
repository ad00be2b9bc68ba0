"""Who may open a socket, for how long, and what ends it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
import websockets

from dispatch.accounts.models import Role, User
from dispatch.accounts.service import Accounts
from dispatch.settings import Settings
from realtime.protocol import Close
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, close_code, next_frame, under_way, watch
from tests.support.world import THAMEL, Person, World, ok, ping


def _socket(world: World, path: str, *offered: str, **options: Any) -> websockets.connect:
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", *offered)]
    patient: dict[str, Any] = {"subprotocols": names, "open_timeout": PATIENCE_S} | options
    return websockets.connect(f"{world.ws_url}{path}", **patient)


async def _ticket(person: Person) -> str:
    made = ok(await person.post("/api/v1/auth/ws-ticket/"))
    assert made["expires_in"] == 30
    return str(made["ticket"])


async def _hello(socket: websockets.ClientConnection, device: str = "phone") -> dict[str, Any]:
    await socket.send(json.dumps({"type": "hello", "device": device, "epoch": uuid4().hex}))
    return await next_frame(socket)


async def test_a_ticket_opens_one_socket_and_no_second(world: World) -> None:
    driver = await world.driver()
    ticket = f"ticket.{await _ticket(driver)}"
    async with _socket(world, "/ws/transporter", ticket) as socket:
        assert socket.subprotocol == "dispatch.v1"
        assert (await _hello(socket))["type"] == "welcome"
    async with _socket(world, "/ws/transporter", ticket) as socket:
        assert (await next_frame(socket))["code"] == "ticket_invalid"
        assert await close_code(socket) == Close.UNAUTHORIZED


async def test_a_ticket_is_worth_nothing_after_signing_out(world: World) -> None:
    driver = await world.driver()
    ticket = f"ticket.{await _ticket(driver)}"
    ok(await driver.post("/api/v1/auth/logout/"), 204)
    async with _socket(world, "/ws/transporter", ticket) as socket:
        assert await close_code(socket) == Close.UNAUTHORIZED


async def test_redis_does_not_know_the_ticket_itself(world: World) -> None:
    ticket = await _ticket(await world.person())
    keys = [key async for key in world.server.services.redis.scan_iter("*ticket*")]
    assert keys
    assert all(ticket.encode() not in key for key in keys)


async def test_tickets_are_for_those_who_are_signed_in(world: World) -> None:
    ok(await world.http.post("/api/v1/auth/ws-ticket/"), 401)


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        (None, True),
        ("{own}", True),
        ("https://shop.example", True),
        ("https://evil.example", False),
        ("https://shop.example.evil.example", False),
        ("null", False),
        ("http://127.0.0.1:1", False),
        ("http://[", False),
    ],
)
async def test_pages_of_other_origins_may_not_connect(allowing: World, origin: str | None, let_in: bool) -> None:
    own = allowing.server.settings.public_url
    headers = {} if origin is None else {"Origin": origin.format(own=own)}
    async with _socket(allowing, "/ws/track/TRK0000000000", additional_headers=headers) as socket:
        assert await close_code(socket) == (Close.NOT_FOUND if let_in else Close.FORBIDDEN)


@pytest.fixture(scope="module")
async def allowing(world: World) -> Any:
    """A second server that lets one shop in, and few connections of one user or address."""
    changes = {"allowed_origins": ("https://shop.example",), "sockets_per_user": 2, "sockets_per_address": 6}
    async with another_world(world.server, **changes) as other:
        yield other


async def test_a_connection_outlives_its_token_when_it_is_given_a_new_one(world: World) -> None:
    driver = await world.driver()
    tokens = world.server.services.accounts.tokens
    claims = tokens.read_access(driver.access)
    begun = monotonic()
    async with _socket(world, "/ws/transporter", f"bearer.{driver.access}") as socket:
        await _hello(socket)
    life = timedelta(seconds=10 + 10 * (monotonic() - begun))  # the busier the machine, the longer
    short = tokens.access(driver.user_id, claims.sign_in_id, life=life)
    async with _socket(world, "/ws/transporter", f"bearer.{short}") as socket:
        await _hello(socket)
        longer = tokens.access(driver.user_id, claims.sign_in_id, life=life + timedelta(seconds=2))
        await socket.send(json.dumps({"type": "auth", "token": longer}))
        answer = await next_frame(socket)
        assert answer["type"] == "auth_ok"
        assert datetime.fromisoformat(answer["expires_at"]) == tokens.read_access(longer).expires_at
        error = await next_frame(socket)
        assert error["code"] == "token_expired"
        assert await close_code(socket) == Close.UNAUTHORIZED
    assert world.server.services.clock.now() >= datetime.fromisoformat(answer["expires_at"])


@pytest.mark.parametrize("whose", ["another", "nobody"])
async def test_a_connection_takes_no_token_but_its_own_users(world: World, whose: str) -> None:
    driver, other = await world.driver(), await world.driver()
    async with _socket(world, "/ws/transporter", f"bearer.{driver.access}") as socket:
        await _hello(socket)
        await socket.send(json.dumps({"type": "auth", "token": other.access if whose == "another" else "nonsense"}))
        assert await close_code(socket) == Close.UNAUTHORIZED


async def test_signing_out_ends_the_sockets_of_that_sign_in_on_every_server_and_no_others(world: World) -> None:
    driver = await world.driver()
    body = {"email": driver.email, "password": "correct horse battery"}
    second = ok(await world.http.post("/api/v1/auth/token/", json=body))
    async with (
        another_world(world.server) as other,
        _socket(world, "/ws/transporter", f"bearer.{driver.access}") as here,
        _socket(other, "/ws/transporter", f"bearer.{driver.access}") as there,
        _socket(other, "/ws/transporter", f"bearer.{second['access']}") as staying,
    ):
        for socket, device in ((here, "one"), (there, "two"), (staying, "three")):
            assert (await _hello(socket, device))["type"] == "welcome"
        ok(await driver.post("/api/v1/auth/logout/"), 204)
        assert await close_code(here) == Close.UNAUTHORIZED
        assert await close_code(there) == Close.UNAUTHORIZED
        await staying.send(json.dumps(ping(1, *THAMEL)))
        assert await next_frame(staying) == {"type": "ack", "seq": 1}


@pytest.mark.parametrize("what", ["account closed", "role taken"])
async def test_who_loses_account_or_role_is_out_at_once(world: World, what: str) -> None:
    driver = await world.driver()
    services = world.server.services
    async with _socket(world, "/ws/transporter", f"bearer.{driver.access}") as socket:
        await _hello(socket)
        async with services.database.work() as work:
            accounts = Accounts(work, services.accounts.tokens, services.clock, services.publisher)
            user = await work.session.get_one(User, driver.user_id)
            if what == "account closed":
                await accounts.close_account(user)
            else:
                user.roles = sorted({*user.roles, Role.CUSTOMER})
                await accounts.take_roles(user, Role.TRANSPORTER)
        assert await close_code(socket) == Close.UNAUTHORIZED


async def test_the_same_device_elsewhere_closes_the_older_connection(world: World) -> None:
    driver = await world.driver()
    async with another_world(world.server) as other, world.phone(driver) as older:
        await older.send(ping(1, *THAMEL))
        await older.until_ack(1)
        async with other.phone(driver) as newer:
            assert await close_code(older.socket) == Close.REPLACED
            await newer.send(ping(1, *THAMEL))
            await newer.until_ack(1)
            async with world.phone(driver) as newest:
                assert await close_code(newer.socket) == Close.REPLACED
                await newest.send(ping(1, *THAMEL))
                await newest.until_ack(1)


async def test_two_devices_of_one_transporter_live_side_by_side(world: World) -> None:
    driver = await world.driver()
    token = f"bearer.{driver.access}"
    async with _socket(world, "/ws/transporter", token) as one, _socket(world, "/ws/transporter", token) as two:
        await _hello(one, "left pocket")
        await _hello(two, "right pocket")
        for socket in (one, two):
            await socket.send(json.dumps(ping(1, *THAMEL)))
            assert await next_frame(socket) == {"type": "ack", "seq": 1}


async def test_one_connection_too_many_is_turned_away_and_a_closed_one_makes_room(allowing: World) -> None:
    driver = await allowing.driver()
    token = f"bearer.{driver.access}"
    async with _socket(allowing, "/ws/transporter", token) as one, _socket(allowing, "/ws/transporter", token) as two:
        await _hello(one, "one")
        await _hello(two, "two")
        async with _socket(allowing, "/ws/transporter", token) as three:
            assert await close_code(three) == Close.TOO_MUCH
    await _welcomed_again(allowing, token)


async def _welcomed_again(world: World, token: str) -> None:
    """A client knows that it has closed before the server does, so it may have to ask more than once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with _socket(world, "/ws/transporter", token) as socket:
                with suppress(websockets.ConnectionClosed):  # it may be turned away before it has said anything
                    if (await _hello(socket, "one"))["type"] == "welcome":
                        return


async def test_an_address_has_so_many_watchers_and_no_more(allowing: World) -> None:
    delivery, _ = await under_way(allowing)
    await until(lambda: allowing.server.services.sockets.sessions.count == 0)  # those of the tests before count too
    open_ones = [await watch(allowing, delivery["tracking_number"]) for _ in range(6)]
    try:
        for socket in open_ones:
            assert (await next_frame(socket))["type"] == "snapshot"
        async with watch(allowing, delivery["tracking_number"]) as socket:
            assert await close_code(socket) == Close.TOO_MUCH
    finally:
        for socket in open_ones:
            await socket.close()


@pytest.fixture(scope="module")
async def crowded(world: World) -> AsyncIterator[World]:
    """A server on which two strangers of one address may follow deliveries."""
    async with another_world(world.server, watchers_per_address=2) as other:
        yield other


async def test_a_stream_too_many_of_one_address_is_429_and_says_when_to_come_back(crowded: World) -> None:
    delivery, _ = await under_way(crowded)
    path = f"/api/deliveries/{delivery['tracking_number']}/events/"
    stranger, another = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    async with AsyncExitStack() as stack:
        for _ in range(2):
            stream = await stack.enter_async_context(crowded.http.stream("GET", path, headers=stranger))
            assert stream.status_code == 200
        refused = await crowded.http.get(path, headers=stranger)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["ratelimit"] == f'"streams";r=0;t={refused.headers["retry-after"]}'
        assert refused.headers["ratelimit-policy"].startswith('"streams";q=')
        async with _socket(crowded, f"/ws/track/{delivery['tracking_number']}", additional_headers=stranger) as socket:
            assert await close_code(socket) == Close.TOO_MUCH
        for others in (another, {}):
            stream = await stack.enter_async_context(crowded.http.stream("GET", path, headers=others))
            assert stream.status_code == 200
    await until(lambda: crowded.server.services.sockets.sessions.count == 0)
    async with crowded.http.stream("GET", path, headers=stranger) as stream:
        assert stream.status_code == 200


async def test_of_300_streams_of_one_address_s_strangers_the_default_refuses_what_is_too_many(world: World) -> None:
    delivery, _ = await under_way(world)
    path = f"/api/deliveries/{delivery['tracking_number']}/events/"
    many = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=world.server.settings.public_url, timeout=PATIENCE_S, limits=many) as http,
        AsyncExitStack() as stack,
    ):
        http.headers["X-Forwarded-For"] = "203.0.113.9"
        replies = [await stack.enter_async_context(http.stream("GET", path)) for _ in range(300)]
    most = Settings().watchers_per_address
    assert [reply.status_code for reply in replies] == [200] * most + [429] * (300 - most)
    assert all(int(reply.headers["retry-after"]) > 0 for reply in replies[most:])


async def test_pings_are_taken_of_verified_transporters_only_and_no_longer_when_that_is_withdrawn(world: World) -> None:
    driver, admin = await world.driver(), await world.admin()
    verify = f"/api/transporters/{driver.transporter_id}/verify/"
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL))
        await phone.until_ack(1)
        ok(await admin.post(verify, {"approved": False}))
        await phone.socket.wait_closed()
        assert (phone.socket.close_code, phone.socket.close_reason) == (Close.FORBIDDEN, "not_verified")
    async with _socket(world, "/ws/transporter", f"bearer.{driver.access}") as socket:
        error = await next_frame(socket)
        assert (error["code"], await close_code(socket)) == ("not_verified", Close.FORBIDDEN)
        assert "admin" in error["detail"]
    await world.stored_fixes(driver, 1)
    ok(await admin.post(verify))
    async with world.phone(driver) as phone:
        await phone.send(ping(1, *THAMEL))
        await phone.until_ack(1)


async def test_who_changes_what_was_verified_is_out_at_once(world: World) -> None:
    driver = await world.driver()
    async with world.phone(driver) as phone:
        ok(await driver.patch("/api/transporters/me/", {"vehicle_number": "BA-2-PA-4321"}))
        await phone.socket.wait_closed()
        assert phone.socket.close_code == Close.FORBIDDEN
