"""Connections that the server has ended and not closed yet, as for a moment when it is killed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from asyncpg import InternalClientError
from litestar.testing import RequestFactory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.http.errors import database_error
from dispatch.database.engine import Database
from dispatch.errors import Conflict
from dispatch.tracking.store import FixStore, StoreUnavailable
from realtime.protocol import Fix
from tests.database.counting import COUNT, SERIES, pid_of, years
from tests.database.ending_postgres import ending_postgres
from tests.support.fixes import run_of


async def by_fixed_statement(database: Database) -> object:
    async with database.connection() as driver:
        return await driver.fetchval("SELECT 1")


async def by_fixed_transaction(database: Database) -> object:
    async with database.transaction() as driver:
        return await driver.fetchval("SELECT 1")


async def by_session(database: Database) -> object:
    async with database.work() as work:
        return await work.session.scalar(text("SELECT 1"))


# Beyond every real transporter of the run.
NOBODY = 900_000

Asking = Callable[[Database], Awaitable[object]]


def _check_told_to_come_back(error: DBAPIError) -> None:
    assert isinstance(error.driver_exception, InternalClientError)  # what the driver says in this state, and only then
    assert error.connection_invalidated
    assert database_error(RequestFactory().get("/api/v1/auth/me/"), error).status_code == 503


@pytest.mark.parametrize("ask", [by_fixed_statement, by_fixed_transaction, by_session])
async def test_a_connection_that_the_server_ended_but_has_not_closed_is_a_503_once(
    database: Database, ask: Asking
) -> None:
    async with ending_postgres(database) as (server, through):
        await server.end(await pid_of(through))
        with pytest.raises(DBAPIError) as caught:
            await ask(through)
        _check_told_to_come_back(caught.value)
        assert await ask(through) == 1


async def test_one_that_ends_so_in_the_midst_of_a_unit_of_work_is_a_503_once(database: Database) -> None:
    async def count(ends: Callable[[int], Awaitable[None]] | None) -> None:
        async with through.work() as work:
            driver = await work.driver()
            await driver.execute(COUNT, SERIES, 1)
            if ends:
                await ends(driver.get_server_pid())
            await driver.execute(COUNT, SERIES, 2)

    async with ending_postgres(database) as (server, through):
        with pytest.raises(DBAPIError) as caught:
            await count(server.end)
        _check_told_to_come_back(caught.value)
        assert await years(database) == []
        await count(None)
    assert await years(database) == [1, 2]


async def test_what_went_wrong_first_is_told_even_where_it_cannot_be_undone_any_more(database: Database) -> None:
    async def refuse_in_transaction() -> None:
        async with through.transaction() as driver:
            await server.end(driver.get_server_pid())
            raise Conflict("no")

    async def refuse_in_unit_of_work() -> None:
        async with through.work() as work:
            await server.end((await work.driver()).get_server_pid())
            raise Conflict("no")

    async with ending_postgres(database) as (server, through):
        for refuse in (refuse_in_transaction, refuse_in_unit_of_work):
            with pytest.raises(Conflict):
                await refuse()
            assert await by_fixed_statement(through) == await by_session(through) == 1


async def test_fixes_that_meet_such_a_connection_are_tried_again(database: Database) -> None:
    now, epoch = datetime.now(UTC), uuid4().hex
    fixes = [run_of(NOBODY, [Fix(seq, 27.7, 85.3, now)], epoch=epoch) for seq in (1, 2)]
    async with ending_postgres(database) as (server, through):
        store = FixStore(through)
        assert await store.write(fixes[:1]) == 1
        await server.end(await pid_of(through))
        with pytest.raises(StoreUnavailable, match="InternalClientError"):
            await store.write(fixes)
        assert await store.write(fixes) == 1
