"""What is asked for stays as dear as it was, however much there has been: every GET, plainly and with each filter."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.server.serving import RunningServer
from tests.support.business import business_of
from tests.support.grown import finished_order, grow
from tests.support.own_database import world_of_its_own
from tests.support.reading import Reader, Route, reading

# At first there are so few that some of everything is found.
FEW, ORDERS = 170, 8_000
# Those who ask have fifty of the orders: more than a page.
PEOPLE = 160
# A table of which a look at every row is felt.
BIG = 2_500

# What is answered to nobody here, with which status.
UNANSWERED = {
    "/api/v1/payments/callback": "404",  # it settles a payment: a GET that writes
    "/api/phones/osmand": "401",  # a ping of a phone's own app, with its token
    "/api/deliveries/{delivery_id}/code": "404",  # of a delivery that wants one
}


@dataclass(frozen=True)
class Grown:
    """A reader of a database that has grown since it asked everything for the first time, and what it sends now."""

    reader: Reader
    sent: dict[str, list[tuple[str, tuple[Any, ...]]]]


@pytest.fixture(scope="module")
async def grown(server: RunningServer) -> AsyncIterator[Grown]:
    """From few orders to thousands."""
    async with world_of_its_own(server) as world:
        admin = await world.admin()
        business = await business_of(world, admin)
        order = await finished_order(world, business, PEOPLE)
        await grow(world.server.services.database, order, FEW)
        async with reading(world, business, admin) as reader:
            assert len(reader.routes) > 400, "hardly anybody is answered"
            await grow(reader.database, order, ORDERS)
            yield Grown(reader, {route.name: await _sent(reader, route) for route in reader.routes})


@pytest.mark.slow
async def test_how_many_statements_a_get_takes_does_not_depend_on_how_many_rows_there_are(grown: Grown) -> None:
    more = [
        f"{route.name}: {route.statements} → {len(grown.sent[route.name])}"
        for route in grown.reader.routes
        if len(grown.sent[route.name]) > route.statements
    ]
    assert not more, "\n".join(more)


@pytest.mark.slow
async def test_no_get_reads_a_big_table_from_end_to_end(grown: Grown) -> None:
    """Unless a filter wants most of it, which are counted."""
    reader, seen, wrong = grown.reader, set(), set()
    big = await _big_tables(reader)
    assert len(big) > 10
    for name, sent in grown.sent.items():
        for statement, values in sent:
            if (asked := (statement, repr(values))) in seen:
                continue
            seen.add(asked)
            for node in await _plan(reader, statement, values):
                if node["Node Type"] != "Seq Scan" or (table := node["Relation Name"]) not in big:
                    continue
                if not ("?" in name and "Filter" in node and node["Plan Rows"] > big[table] / 2):
                    read = f"all of {table} for {' '.join(statement.split())[:300]}"
                    wrong.add(f"{name}: {read}")
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.slow
async def test_every_get_that_reads_the_database_is_answered_to_somebody_with_each_of_its_filters(
    grown: Grown,
) -> None:
    assert {path: told.partition(" ")[0] for path, told in grown.reader.unanswered.items()} == UNANSWERED


async def _sent(reader: Reader, route: Route) -> list[tuple[str, tuple[Any, ...]]]:
    """At least as few as at first, where that is possible: the first time, a process reads what it keeps."""
    for _ in range(2):
        reply, sent = await reader.ask(route)
        assert reply.status_code == 200, f"{route.name}: {reply.text}"
        if len(sent) <= route.statements:
            break
    return sent


async def _big_tables(reader: Reader) -> dict[str, float]:
    """With how many rows they have."""
    async with reader.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples >= $1", BIG
        )
    return {row["relname"]: row["reltuples"] for row in rows}


async def _plan(reader: Reader, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every node of the plan of a statement with these values."""
    async with reader.database.connection() as connection:
        told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
    nodes, left = [], [told[0]["Plan"]]
    while left:
        nodes.append(left.pop())
        left += nodes[-1].get("Plans", [])
    return nodes
