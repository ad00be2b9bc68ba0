"""A table that is too large to wait for is taken by a job: once, whatever is repeated or killed."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import func, select, text

from dispatch.catalogue.models import Product
from dispatch.waiting_imports import ImportFilePart, WaitingImport
from tests.support.waiting import until
from tests.support.world import Person, World, ok

HEAD = "external_id,name,listed_price\n"
PATH = "/api/imports/products/"


def _goods(count: int) -> str:
    return HEAD + "".join(f"p{one},Rice {one},10\n" for one in range(count))


async def _hand_in(person: Person, content: str | bytes, **wish: bool) -> httpx.Response:
    params = {name: str(value).lower() for name, value in wish.items()}
    headers = person.headers | {"Prefer": "respond-async"}
    return await person.http.post(PATH, content=content, params=params, headers=headers, timeout=60)


async def _ended(person: Person, import_id: int) -> dict[str, Any]:
    """What came of it; however long that takes, as long as it goes on."""
    run: dict[str, Any] = {"state": "waiting", "progress": None}
    while run["state"] == "waiting":
        before = run["progress"]

        async def moved(before: object = before) -> dict[str, Any] | None:
            now: dict[str, Any] = ok(await person.get(f"/api/imports/{import_id}/"))
            return None if now["state"] == "waiting" and now["progress"] == before else now

        run = await until(moved, "the table goes on or has ended")
    return run


async def _products(world: World, seller: Person) -> int:
    async with world.server.services.database.work() as work:
        count = select(func.count()).select_from(Product).where(Product.seller_id == seller.user_id)
        return int(await work.session.scalar(count) or 0)


async def test_more_rows_than_somebody_waits_for_are_taken_by_a_job_whose_result_is_asked_for(world: World) -> None:
    """Most of them are wrong, which costs the test no time."""
    seller, table = await world.person("seller"), _goods(3) + "".join(f"x{one},,10\n" for one in range(2_050))
    refused = await seller.http.post(PATH, content=table, headers=seller.headers, timeout=60)
    assert "more than 2000 rows" in refused.json()["errors"]["file"]
    reply = await _hand_in(seller, table, dry_run=False, skip_bad_rows=True)
    told = ok(reply, 202)
    assert reply.headers["location"] == f"/api/imports/{told['id']}/"
    assert (told["state"], told["progress"]) == ("waiting", {"rows": 0, "of": None})
    done = await _ended(seller, told["id"])
    assert (done["state"], done["rows"], done["made"], done["bad"]) == ("done", 2_053, 3, 2_050)
    assert (done["applied"], done["progress"], await _products(world, seller)) == (True, None, 3)
    async with world.server.services.database.work() as work:
        for model in (WaitingImport, ImportFilePart):
            left = select(func.count()).select_from(model).where(model.import_id == told["id"])
            assert await work.session.scalar(left) == 0


async def test_the_same_file_again_is_the_one_that_waits_and_afterwards_changes_nothing(world: World) -> None:
    seller, table = await world.person("seller"), _goods(20)
    replies = await asyncio.gather(*(_hand_in(seller, table, dry_run=False) for _ in range(3)))
    numbers = {ok(one, 202)["id"] for one in replies}
    ends = [await _ended(seller, number) for number in numbers]
    assert sum(one["made"] for one in ends) == 20
    later = await _ended(seller, ok(await _hand_in(seller, table, dry_run=False), 202)["id"])
    assert (later["made"], later["unchanged"], await _products(world, seller)) == (0, 20, 20)


async def test_what_is_no_table_is_refused_with_why_and_a_dry_run_writes_nothing(world: World) -> None:
    seller = await world.person("seller")
    wrong = await _ended(seller, ok(await _hand_in(seller, "external_id,nam\na,b\n"), 202)["id"])
    assert (wrong["state"], "did you mean name?" in wrong["refusal"]) == ("refused", True)
    looked = await _ended(seller, ok(await _hand_in(seller, f"{HEAD}a,Rice,10\nb,,x\n"), 202)["id"])
    assert (looked["state"], looked["dry_run"], looked["made"], looked["bad"]) == ("done", True, 1, 1)
    assert {one["column"] for one in looked["problems"]} == {"name", "listed_price"}
    assert await _products(world, seller) == 0
    assert (await _hand_in(seller, b"")).status_code == 400
    assert (await _hand_in(seller, b"x" * (9 << 20))).status_code == 413


async def test_one_that_another_takes_is_left_to_it_and_taken_once_that_is_gone(world: World) -> None:
    """As after a server that was killed in the midst of it: its transaction ends with it, and nothing of it stands."""
    seller = await world.person("seller")
    services = world.server.services
    async with services.database.work() as killed:
        newest = "SELECT nextval(pg_get_serial_sequence('import_runs', 'id'))"
        number = int(await killed.session.scalar(text(newest)) or 0) + 1
        await killed.session.execute(text(f"SELECT pg_advisory_xact_lock(hashtextextended('import {number}', 0))"))
        told = ok(await _hand_in(seller, _goods(3), dry_run=False), 202)
        assert told["id"] == number
        await services.imports.job.do_key(number)
        assert ok(await seller.get(f"/api/imports/{number}/"))["state"] == "waiting"
        assert await _products(world, seller) == 0
        await killed.rollback()
    done = await _ended(seller, number)
    assert (done["made"], await _products(world, seller)) == (3, 3)


async def test_somebody_lets_three_tables_wait_and_no_more(world: World) -> None:
    seller, services = await world.person("seller"), world.server.services
    async with services.database.work() as work:
        await work.session.execute(text("LOCK TABLE job_items IN ACCESS EXCLUSIVE MODE"))  # no job takes anything
        waiting = [await _hand_in(seller, _goods(count)) for count in (1, 2, 3)]
        assert [one.status_code for one in waiting] == [202] * 3
        refused = await _hand_in(seller, _goods(4))
        assert (refused.status_code, refused.json()["code"]) == (409, "imports_waiting")
        assert ok(await _hand_in(seller, _goods(2)), 202)["id"] == ok(waiting[1], 202)["id"]
    for one in waiting:
        await _ended(seller, ok(one, 202)["id"])


async def test_who_may_no_longer_do_so_when_its_turn_comes_is_told(world: World) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    services = world.server.services
    async with services.database.work() as work:
        await work.session.execute(text("LOCK TABLE job_items IN ACCESS EXCLUSIVE MODE"))
        told = ok(await _hand_in(seller, _goods(3), dry_run=False), 202)
        roles = {"email": seller.email, "id": seller.user_id}
        async with services.database.work() as other:
            query = text("UPDATE users SET roles = ARRAY['customer'] WHERE id = :id").bindparams(id=roles["id"])
            await other.session.execute(query)

    async def ended() -> dict[str, Any] | None:
        run: dict[str, Any] = ok(await admin.get(f"/api/imports/{told['id']}/"))
        return None if run["state"] == "waiting" else run

    run = await until(ended, "the table has ended")
    assert (run["state"], "no longer" in run["refusal"]) == ("refused", True)
    assert await _products(world, seller) == 0
