"""What is asked for stays as dear as it was, however much there has been: over every GET of the application."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.server.serving import RunningServer
from tests.support.business import business_of
from tests.support.grown import finished_order, grow
from tests.support.own_database import world_of_its_own
from tests.support.reading import Reader, reading

ORDERS = 4_000
# Those who ask have a hundred of the orders: more than a page.
PEOPLE = 40
# A table of which a look at every row is felt.
BIG = 2_500


@dataclass(frozen=True)
class BeforeAndAfter:
    """A reader of a database that has grown, and how many statements each GET took before it did."""

    reader: Reader
    before: dict[str, int]


@pytest.fixture(scope="module")
async def grown(server: RunningServer) -> AsyncIterator[BeforeAndAfter]:
    """From one order to thousands."""
    async with world_of_its_own(server) as world:
        admin = await world.admin()
        business = await business_of(world, admin)
        order = await finished_order(world, business, PEOPLE)
        async with reading(world, business, admin) as reader:
            assert len(reader.routes) > 60, "hardly anybody is answered"
            before = await _counts(reader)
            await grow(reader.database, order, ORDERS)
            yield BeforeAndAfter(reader, before)


@pytest.mark.slow
async def test_how_many_statements_a_get_takes_does_not_depend_on_how_many_rows_there_are(
    grown: BeforeAndAfter,
) -> None:
    before, after = grown.before, await _counts(grown.reader)
    more = [f"{name}: {before[name]} → {after[name]}" for name in before if after[name] > before[name]]
    assert not more, "\n".join(more)


@pytest.mark.slow
async def test_no_get_reads_a_big_table_from_end_to_end(grown: BeforeAndAfter) -> None:
    reader, wrong = grown.reader, set()
    big = await _big_tables(reader)
    assert len(big) > 10
    for route in reader.routes:
        for statement, values in (await reader.ask(route))[1]:
            for node in await _plan(reader, statement, values):
                if node["Node Type"] == "Seq Scan" and node["Relation Name"] in big:
                    read = f"all of {node['Relation Name']} for {' '.join(statement.split())[:300]}"
                    wrong.add(f"{route.name}: {read}")
    assert not wrong, "\n".join(sorted(wrong))


async def _counts(reader: Reader) -> dict[str, int]:
    """Of each route, the second time in a row: what a process keeps is read by then, and still kept."""
    counts = {}
    for route in reader.routes:
        for _ in range(2):
            reply, sent = await reader.ask(route)
            assert reply.status_code == 200, f"{route.name}: {reply.text}"
            counts[route.name] = len(sent)
    return counts


async def _big_tables(reader: Reader) -> set[str]:
    async with reader.database.connection() as connection:
        rows = await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= $1", BIG)
    return {row["relname"] for row in rows}


async def _plan(reader: Reader, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every node of the plan of a statement with these values."""
    async with reader.database.connection() as connection:
        told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
    nodes, left = [], [told[0]["Plan"]]
    while left:
        nodes.append(left.pop())
        left += nodes[-1].get("Plans", [])
    return nodes
