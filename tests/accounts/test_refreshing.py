"""Staying signed in where answers get lost, and not where tokens are stolen."""

from datetime import timedelta

from sqlalchemy import update

from dispatch.accounts.models import SignIn
from tests.support.world import PASSWORD, Person, World, ok, together

REFRESH = "/api/v1/auth/token/refresh/"
ME = "/api/v1/auth/me/"


async def _refreshed(world: World, token: str) -> tuple[int, str]:
    """(status, code) of a use of a refresh token."""
    reply = await world.http.post(REFRESH, json={"refresh": token})
    return reply.status_code, str(reply.json().get("code"))


async def _me(world: World, token: str) -> int:
    return (await world.http.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code


async def _grace_is_over(world: World, person: Person) -> None:
    services = world.server.services
    past = services.clock.now() - timedelta(seconds=services.settings.refresh_grace_s + 1)
    async with services.database.work() as work:
        await work.session.execute(update(SignIn).where(SignIn.user_id == person.user_id).values(rotated_at=past))


async def test_who_lost_the_answer_gets_the_same_pair_again(world: World) -> None:
    person = await world.person()
    first = ok(await world.http.post(REFRESH, json={"refresh": person.refresh}))
    again = ok(await world.http.post(REFRESH, json={"refresh": person.refresh}))
    assert again == first
    assert await _me(world, first["access"]) == 200
    assert ok(await world.http.post(REFRESH, json={"refresh": first["refresh"]}))["refresh"] != first["refresh"]


async def test_repeats_that_arrive_at_once_all_get_one_pair(world: World) -> None:
    person = await world.person()
    replies = await together(world.http.post(REFRESH, json={"refresh": person.refresh}) for _ in range(6))
    assert len({ok(reply)["refresh"] for reply in replies}) == 1
    assert await _me(world, ok(replies[0])["access"]) == 200


async def test_a_second_use_after_the_grace_ends_the_whole_sign_in(world: World) -> None:
    person = await world.person()
    fresh = ok(await world.http.post(REFRESH, json={"refresh": person.refresh}))
    await _grace_is_over(world, person)
    assert await _refreshed(world, person.refresh) == (401, "token_reused")
    assert await _me(world, fresh["access"]) == 401
    assert await _refreshed(world, fresh["refresh"]) == (401, "sign_in_ended")
    body = {"email": person.email, "password": PASSWORD}
    assert ok(await world.http.post("/api/v1/auth/token/", json=body))
    events = ok(await (await world.admin()).get("/api/v1/audit/", subject_kind="user", subject_id=str(person.user_id)))
    assert "sign_in.token_reused" in [event["action"] for event in events["results"]]


async def test_a_second_use_once_the_successor_was_used_ends_the_whole_sign_in(world: World) -> None:
    person = await world.person()
    second = ok(await world.http.post(REFRESH, json={"refresh": person.refresh}))
    third = ok(await world.http.post(REFRESH, json={"refresh": second["refresh"]}))
    assert await _refreshed(world, person.refresh) == (401, "token_reused")
    assert await _me(world, third["access"]) == 401
