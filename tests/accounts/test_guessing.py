"""Passwords are not guessed, and who guesses them keeps nobody else waiting."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from dispatch.accounts.passwords import PasswordCheck, Passwords
from dispatch.accounts.signing_in import SignIns, account_name
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor
from dispatch.database.engine import Database
from dispatch.errors import NotSignedIn
from tests.support.waiting import until
from tests.support.watching import another_world
from tests.support.world import PASSWORD, Person, World, ok, together

TOKEN = "/api/v1/auth/token/"
REGISTER = "/api/v1/auth/register/"
ME = "/api/v1/auth/me/"


@pytest.fixture(scope="module")
async def strict(world: World) -> AsyncIterator[World]:
    """A server that takes three wrong passwords an account, eight an address, and two accounts an address."""
    limits = {
        "wrong_passwords_per_account": 3,
        "wrong_passwords_per_address": 8,
        "registrations_per_hour": 2,
        "forgotten_per_hour": 2,
        "account_mails_per_hour": 2,
    }
    async with another_world(world.server, **limits) as other:
        yield other


@pytest.fixture(scope="module")
async def narrow(world: World) -> AsyncIterator[World]:
    """A server that computes one hash at a time while one waits."""
    limits = {"password_threads": 1, "password_queue": 1, "wrong_passwords_per_address": 0}
    async with another_world(world.server, **limits) as other:
        yield other


def _address() -> str:
    """An address that nobody else has (RFC 3849)."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


async def _tried(world: World, email: str, password: str, address: str) -> httpx.Response:
    body = {"email": email, "password": password}
    return await world.http.post(TOKEN, json=body, headers={"X-Forwarded-For": address})


def _check_refused(reply: httpx.Response, quota: int = 3) -> None:
    assert (reply.status_code, reply.json()["code"]) == (429, "too_many_guesses")
    assert int(reply.headers["retry-after"]) == reply.json()["retry_after"] > 0
    assert reply.headers["ratelimit"] == f'"guesses";r=0;t={reply.headers["retry-after"]}'
    assert reply.headers["ratelimit-policy"].startswith(f'"guesses";q={quota};w=')


async def test_passwords_of_bodies_that_are_wrong_anyway_are_looked_at_as_often_as_accounts_are_made(
    strict: World,
) -> None:
    address = {"X-Forwarded-For": _address()}
    body = {"email": "sita.rai@example.com", "password": "password123", "phone": "ring me"}
    replies = [await strict.http.post(REGISTER, json=body, headers=address) for _ in range(4)]
    assert [set(reply.json()["errors"]) for reply in replies] == [{"password", "phone"}] * 2 + [{"phone"}] * 2
    mended = body | {"phone": "+977-9841234567", "password": PASSWORD, "email": f"{uuid4().hex}@example.com"}
    ok(await strict.http.post(REGISTER, json=mended, headers=address), 201)


async def test_wrong_passwords_of_one_account_are_counted_from_wherever_they_come(strict: World) -> None:
    person = await strict.person()
    for _ in range(3):
        assert (await _tried(strict, person.email, "wrong", _address())).status_code == 401
    _check_refused(await _tried(strict, person.email, "wrong", _address()))
    _check_refused(await _tried(strict, person.email.upper(), PASSWORD, _address()))


async def test_each_wrong_password_is_answered_with_how_many_are_left(strict: World) -> None:
    person, home = await strict.person(), _address()
    window = strict.server.settings.wrong_passwords_window_s
    for left in (2, 1, 0):
        wrong = await _tried(strict, person.email, "wrong", home)
        assert wrong.status_code == 401
        account, address = wrong.headers["ratelimit"].split(", ")
        assert account.startswith(f'"guesses";r={left};t=')
        assert address.startswith(f'"guesses-from";r={left + 5};t=')
        assert wrong.headers["ratelimit-policy"] == f'"guesses";q=3;w={window}, "guesses-from";q=8;w={window}'


async def test_a_wrong_password_after_which_the_next_one_waits_says_so(world: World) -> None:
    person, home = await world.person(), _address()
    replies = [await _tried(world, person.email, "wrong", home) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [401] * 5
    assert '"guesses";r=0;t=' not in replies[3].headers["ratelimit"]
    assert replies[4].headers["ratelimit"].startswith('"guesses";r=0;t=1')


async def test_a_right_password_is_counted_by_no_limit_and_told_of_none(strict: World) -> None:
    assert "ratelimit" not in (await _tried(strict, (await strict.person()).email, PASSWORD, _address())).headers


async def test_an_address_without_an_account_is_counted_in_the_same_words(strict: World) -> None:
    email = f"{uuid4().hex}@example.com"
    for _ in range(3):
        refused = await _tried(strict, email, "wrong", _address())
        assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    _check_refused(await _tried(strict, email, "wrong", _address()))


async def test_strangers_who_guess_do_not_keep_the_owner_out(strict: World) -> None:
    person, home = await strict.person(), _address()
    ok(await _tried(strict, person.email, PASSWORD, home))
    for _ in range(3):
        await _tried(strict, person.email, "wrong", _address())
    _check_refused(await _tried(strict, person.email, PASSWORD, _address()))
    ok(await _tried(strict, person.email, PASSWORD, home))
    assert (await person.get(ME)).status_code == 200


async def test_a_right_password_forgets_the_wrong_ones(strict: World) -> None:
    person, home = await strict.person(), _address()
    for _ in range(3):
        for _ in range(2):
            assert (await _tried(strict, person.email, "wrong", home)).status_code == 401
        ok(await _tried(strict, person.email, PASSWORD, home))


async def test_guesses_that_come_at_once_count_as_those_that_come_one_by_one(strict: World) -> None:
    person = await strict.person()
    replies = await together(_tried(strict, person.email, "wrong", _address()) for _ in range(12))
    assert Counter(reply.status_code for reply in replies) == {401: 3, 429: 9}


async def test_one_address_guesses_many_accounts_no_more_often_than_one(strict: World) -> None:
    person, place = await strict.person(), uuid4().hex[:4]
    for number in range(8):
        host = f"2001:db8:feed:{place}::{number:x}"
        assert (await _tried(strict, f"{uuid4().hex}@example.com", "wrong", host)).status_code == 401
    _check_refused(await _tried(strict, person.email, PASSWORD, f"2001:db8:feed:{place}::ffff"))
    ok(await _tried(strict, person.email, PASSWORD, _address()))


async def test_after_five_wrong_passwords_each_next_one_waits(world: World) -> None:
    person = await world.person()
    for _ in range(5):
        assert (await _tried(world, person.email, "wrong", _address())).status_code == 401
    await _wait_longer(world, person)
    allowed = world.server.settings.wrong_passwords_per_account
    _check_refused(await _tried(world, person.email, PASSWORD, _address()), allowed)


async def _wait_longer(world: World, person: Person) -> None:
    """There is a wait, and it lasts an hour: of its first second a busy machine leaves nothing to the next attempt."""
    redis, account = (
        world.server.services.redis,
        world.server.services.keys.limit("guesses", account_name(person.email)),
    )
    earliest = int(await redis.hget(account, "earliest") or 0)
    assert earliest > 1_000_000_000_000, "a moment of these years, in ms"
    await redis.hset(account, "earliest", str(earliest + 3_600_000))


async def test_the_wait_after_a_wrong_password_begins_with_its_answer_however_long_that_took(world: World) -> None:
    services, person, home = world.server.services, await world.person(), _address()
    for _ in range(4):
        assert (await _tried(world, person.email, "wrong", home)).status_code == 401
    guesses, name = services.accounts.guesses, account_name(person.email)
    assert await guesses.begin(name, home) == 0
    account = services.keys.limit("guesses", name)
    await services.redis.hset(account, "earliest", "1")  # as when the password was looked at for longer than the wait
    await guesses.failed(name, home)
    await _wait_longer(world, person)
    _check_refused(await _tried(world, person.email, PASSWORD, home), world.server.settings.wrong_passwords_per_account)


async def test_a_stolen_access_token_does_not_guess_the_password(strict: World) -> None:
    person = await strict.person()
    body = {"old_password": "wrong", "new_password": "another long password"}
    elsewhere = {"X-Forwarded-For": _address()}
    for _ in range(3):
        refused = await person.post("/api/v1/auth/password/", body, **elsewhere)
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    _check_refused(await person.post("/api/v1/auth/password/", body, **elsewhere))


async def test_limits_count_for_all_servers_together(strict: World, world: World) -> None:
    person = await world.person()
    for _ in range(3):
        assert (await _tried(world, person.email, "wrong", _address())).status_code == 401
    _check_refused(await _tried(strict, person.email, PASSWORD, _address()))


async def test_one_address_makes_so_many_accounts_an_hour(strict: World) -> None:
    address = {"X-Forwarded-For": _address()}

    async def register() -> httpx.Response:
        body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        return await strict.http.post(REGISTER, json=body, headers=address)

    for _ in range(2):
        ok(await register(), 201)
    refused = await register()
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0


async def test_one_address_asks_for_so_many_links_an_hour(strict: World) -> None:
    address = {"X-Forwarded-For": _address()}
    replies = [
        await strict.http.post("/api/v1/auth/password/forgot/", json={"email": "a@example.com"}, headers=address)
        for _ in range(3)
    ]
    assert [reply.status_code for reply in replies] == [202, 202, 429]
    assert int(replies[-1].headers["retry-after"]) > 0


async def test_one_account_is_sent_so_many_links_an_hour(strict: World) -> None:
    person = await strict.person("seller", proved=False)
    replies = [await person.post("/api/v1/auth/verify-email/resend/") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [202, 202, 429]
    assert int(replies[-1].headers["retry-after"]) > 0


async def test_of_many_who_sign_in_at_once_some_are_told_to_come_again_and_others_are_served(narrow: World) -> None:
    person = await narrow.person()
    guesses = [
        asyncio.create_task(_tried(narrow, f"{uuid4().hex}@example.com", "wrong", _address())) for _ in range(40)
    ]
    in_use = []
    while (waiting := sum(not guess.done() for guess in guesses)) > 0:
        assert (await person.get(ME)).status_code == 200
        if waiting >= 2:
            in_use.append(narrow.server.services.database.engine.pool.checkedout())  # type: ignore[attr-defined]
    replies = [guess.result() for guess in guesses]
    refused = [reply for reply in replies if reply.status_code == 503]
    assert {reply.status_code for reply in replies} == {401, 503}
    # Two at least wait whenever it is looked; a job of the server may have one connection at every such moment.
    assert min(in_use) < 2, "whoever waits for a hash holds a connection that others need"
    assert all(int(reply.headers["retry-after"]) > 0 for reply in refused)


class CountingPasswords(Passwords):
    """Notes how many connections of a pool are in use while a password is looked at."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.in_use: list[object] = []

    async def verify(self, password: str, password_hash: str | None) -> PasswordCheck:
        self.in_use.append(self._database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return await super().verify(password, password_hash)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
async def test_while_a_password_is_hashed_no_database_connection_waits_for_it(world: World, password: str) -> None:
    person, services = await world.person(), world.server.services
    database = Database(services.database.engine.url.render_as_string(hide_password=False), pool_size=1)
    passwords = CountingPasswords(database)
    sign_ins = SignIns(database, services.accounts.tokens, services.clock, passwords, services.accounts.guesses)
    with suppress(NotSignedIn):
        await sign_ins.sign_in(person.email, password, Actor(ActorKind.STRANGER, None, _address()))
    assert passwords.in_use == [0]
    passwords.close()
    await database.close()


async def test_a_refusal_for_want_of_room_is_no_wrong_password(narrow: World) -> None:
    person: Person = await narrow.person()
    await together(_tried(narrow, person.email, PASSWORD, _address()) for _ in range(4))

    async def is_in() -> bool:
        return (await _tried(narrow, person.email, PASSWORD, _address())).is_success

    await until(is_in)


async def test_many_failures_of_one_account_from_one_address_are_one_row_of_the_audit_log(world: World) -> None:
    person, admin, address = await world.person(), await world.admin(), "192.0.2.99"
    for _ in range(4):
        await _tried(world, person.email, "wrong", address)
    found = await admin.get("/api/v1/audit/", action="sign_in.failed", subject_id=str(person.user_id))
    events = ok(found)["results"]
    assert sum(event["occurrences"] for event in events) == 4
    assert len(events) <= 2  # a minute may end in between
    assert {(event["address"], event["actor_kind"]) for event in events} == {(address, "stranger")}
    assert "wrong" not in str([event["detail"] for event in events])


async def test_the_table_of_the_log_stays_small_whoever_guesses(world: World) -> None:
    async def rows() -> int:
        async with world.server.services.database.work() as work:
            return int(await work.session.scalar(text("SELECT count(*) FROM audit_events WHERE subject_id = ''")) or 0)

    before, address = await rows(), _address()
    await together(_tried(world, f"{uuid4().hex}@example.com", "wrong", address) for _ in range(5))
    assert await rows() - before <= 2
