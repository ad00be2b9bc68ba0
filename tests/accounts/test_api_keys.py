"""API keys: for machines, on routes of their scopes alone, until they end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from dispatch.accounts.api_keys import identify_key
from dispatch.errors import NotSignedIn
from tests.support.checkout import ShiftedClock
from tests.support.world import Person, World, ok

PATH = "/api/v1/api-keys/"


async def _made(admin: Person, *scopes: str) -> tuple[int, str]:
    made = ok(await admin.post(PATH, {"name": "warehouse", "scopes": list(scopes)}), 201)
    return made["id"], made["api_key"]


async def _ask(world: World, key: str, path: str = "/api/events/") -> httpx.Response:
    return await world.http.get(path, headers={"Authorization": f"Bearer {key}"})


async def test_a_key_is_good_for_its_scopes_and_nothing_else(world: World) -> None:
    admin = await world.admin()
    _, key = await _made(admin, "events:read")
    ok(await _ask(world, key))
    for path in ("/api/webhooks/", PATH, "/api/v1/auth/me/", "/api/v1/dead-letters/"):
        refused = await _ask(world, key, path)
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_scope"), path


async def test_a_key_is_shown_once_and_its_last_use_after_that(world: World) -> None:
    admin = await world.admin()
    number, key = await _made(admin, "events:read")
    shown: dict[str, Any] = next(one for one in ok(await admin.get(PATH))["results"] if one["id"] == number)
    assert "api_key" not in shown
    assert key.startswith(shown["beginning"])
    assert shown["last_used_at"] is None
    ok(await _ask(world, key))
    shown = next(one for one in ok(await admin.get(PATH))["results"] if one["id"] == number)
    assert shown["last_used_at"] is not None
    async with world.server.services.database.work() as work:
        rows = await work.session.execute(text("SELECT * FROM api_keys WHERE id = :id"), {"id": number})
        assert key.rpartition("_")[2] not in str(rows.one())


async def test_a_key_that_is_revoked_forged_or_expired_is_refused_in_the_same_words(world: World) -> None:
    admin, services = await world.admin(), world.server.services
    number, key = await _made(admin, "events:read")
    forged = [key[:-1] + ("A" if key[-1] != "A" else "B"), "dak_", f"dak_{'0' * 16}_{'A' * 43}", key + "x"]
    answers = [(await _ask(world, one)).json() for one in forged]
    ok(await admin.delete(f"{PATH}{number}/"), 204)
    answers.append((await _ask(world, key)).json())
    assert {answer["code"] for answer in answers} == {"api_key_refused"}
    assert len({answer["detail"] for answer in answers}) == 1

    _, key = await _made(admin, "events:read")
    with pytest.raises(NotSignedIn) as refused:
        await identify_key(services.database, ShiftedClock(timedelta(days=366)), key)
    assert refused.value.code == "api_key_refused"


async def test_a_key_ends_with_the_roles_and_with_the_access_of_who_made_it(world: World) -> None:
    admin, services = await world.admin(), world.server.services
    _, key = await _made(admin, "events:read")
    async with services.database.work() as work:
        await work.session.execute(text("UPDATE users SET roles = '{customer}' WHERE id = :id"), {"id": admin.user_id})
    assert (await _ask(world, key)).json()["code"] == "wrong_role"
    async with services.database.work() as work:
        await work.session.execute(text("UPDATE users SET is_active = false WHERE id = :id"), {"id": admin.user_id})
    assert (await _ask(world, key)).json()["code"] == "api_key_refused"


async def test_what_a_key_cannot_be_is_named(world: World) -> None:
    admin = await world.admin()
    late = (datetime.now(UTC) + timedelta(days=9999)).isoformat()
    for body, field in (
        ({"name": "x", "scopes": ["everything"]}, "scopes[0]"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["events:read"], "expires_at": late}, "expires_at"),
    ):
        refused = await admin.post(PATH, body)
        assert refused.status_code == 400, refused.text
        assert field in refused.json()["errors"], refused.text
