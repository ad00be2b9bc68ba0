"""A database as it is after years: what one order left behind in all tables, again and again, by the database itself.

A column that is added later is there too: rows are copied whole, and only what must differ does.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Enum,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.analytics.sums import add_up_anew
from dispatch.database.engine import Database
from dispatch.database.search import digits_of, words_of
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.sought import PHONES, WORDS, SoughtDelivery
from dispatch.orders.models import Order, OrderStatus
from dispatch.tables import metadata
from tests.support.business import Business
from tests.support.world import BHAKTAPUR, THAMEL, World, delivery_body, initiate_body, ok

# Ids of one copy lie so far from those of the next.
STRIDE = 1_000_000
STEPS_AN_ORDER = 10
AT_ONCE = 10_000
OWNERS = ("users", "transporters", "products")
# Numbers that go from table to table by value; and what is unique by an expression.
BY_VALUE = {"order_number", "tracking_number", "purpose", "pidx", "email"}
# What names a thing without a reference, as "delivery:16".
NAMED = {"events": "subject"}
# What people wrote, so that who looks for a name does not find everybody; and where it is, as far as 50 km away.
WRITTEN = {
    "deliveries": {"pickup_address", "delivery_address", "pickup_contact_name", "delivery_contact_name"},
    "delivery_infos": {"customer_name", "address"},
    "order_items": {"product_name"},
    "sales": {"buyer_name", "product_name"},
}
DIALLED = {"pickup_contact_phone", "delivery_contact_phone", "phone_number"}
PLACES = {
    "deliveries": {"pickup_lat", "pickup_lon", "delivery_lat", "delivery_lon"},
    "delivery_infos": {"lat", "lon"},
}
# Of which there is one row and never another, and what is made anew of the others.
SINGLE = {"proof_chain_heads", "sales_changes"}


@dataclass
class Grown:
    """What there was before the order that is copied and after it, by table, and how often it has been copied since.

    ``people``: among so many customers, sellers and transporters the orders are; those who ask have one in so many.
    """

    before: dict[str, int]
    until: dict[str, int]
    owners: dict[str, list[int]]
    people: int
    copies: int = 0


async def finished_order(world: World, business: Business, people: int = 100) -> Grown:
    """The same people buy and carry once more, to the end: what is copied later."""
    bought, driver = business.bought, business.driver
    async with world.server.services.database.work() as work:
        before = await _newest_of_all(work.session)
    cart_id = await world.cart(bought.customer, {bought.product_id: 1})
    await world.order(bought.customer, cart_id)
    payment = ok(await bought.customer.post("/api/v1/payments/initiate/", initiate_body(cart_id)))
    await world.at_gateway(payment["data"]["pidx"], "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
    sale_id = settled["data"]["marketplace_sales"][0]["id"]
    made = ok(await bought.seller.post("/api/deliveries/create/", delivery_body(sale_id)), 201)
    for step, (lat, lon) in (("accept", THAMEL), ("pickup", BHAKTAPUR), ("deliver", THAMEL)):
        body = None if step == "accept" else {"latitude": lat, "longitude": lon}
        ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/", body))
    # As days later, when nobody objects any more: what is still to be completed is little at any time.
    async with world.server.services.database.work() as work:
        late = update(Order).where(Order.id > before["orders"]).values(order_status=OrderStatus.COMPLETED)
        await work.session.execute(late)
        until = await _newest_of_all(work.session)
    users = [bought.customer.user_id, bought.seller.user_id, driver.user_id]
    owners = {"users": users, "transporters": [driver.transporter_id], "products": [bought.product_id]}
    return Grown(before, until, owners, people)


async def grow(database: Database, grown: Grown, orders: int) -> None:
    """Until there are so many copies of the order, with ten steps of tracking or a few more each."""
    first, grown.copies = grown.copies + 1, orders
    copying = Copying(first, orders, grown.people)
    async with database.work() as work:
        session = work.session
        await session.execute(text("SET LOCAL session_replication_role = replica"))  # references are as they are copied
        await session.execute(
            text("SET LOCAL statement_timeout = 0")
        )  # a million rows at once, however busy the machine
        for name in OWNERS if first == 1 and grown.people > 1 else ():
            ids = ", ".join(map(str, grown.owners[name]))
            others = Copying(1, grown.people - 1, grown.people)
            await session.execute(text(others.statement(metadata.tables[name], f"id IN ({ids})")))
        chain = {name for name, newest in grown.until.items() if newest > grown.before[name]}.difference(OWNERS)
        for name in sorted(chain):
            only = f"id > {grown.before[name]} AND id <= {grown.until[name]}"
            steps = -(-STEPS_AN_ORDER // await _rows(session, name, only)) if name == "delivery_trackings" else 1
            for part in copying.parts():
                await session.execute(text(part.statement(metadata.tables[name], only, chain, steps)))
        await add_up_anew(session)  # copies come past the triggers
        await session.execute(_what_is_sought())
    async with database.engine.connect() as connection:  # as the database does by itself after a while
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("SET statement_timeout = 0"))
        for table in metadata.sorted_tables:
            await plain.execute(text(f"VACUUM ANALYZE {table.name}"))
        await plain.execute(text("RESET statement_timeout"))


def _what_is_sought() -> Insert:
    """Of all deliveries of which it is not known yet."""
    columns = SoughtDelivery.__table__.columns.keys()
    kept = {"delivery_id": Delivery.id, "words": words_of(WORDS), "phones": digits_of(PHONES)}
    rows = select(*(kept[name] if name in kept else getattr(Delivery, name) for name in columns))
    return insert(SoughtDelivery).from_select(columns, rows).on_conflict_do_nothing()


def _tables_with_ids() -> Iterable[Table]:
    tables = [table for table in metadata.sorted_tables if table.name not in SINGLE]
    return [table for table in tables if [column.name for column in table.primary_key] == ["id"]]


async def _newest_of_all(session: AsyncSession) -> dict[str, int]:
    return {table.name: await _newest(session, table) for table in _tables_with_ids()}


async def _newest(session: AsyncSession, table: Table) -> int:
    found = await session.scalar(select(func.max(table.c.id)).where(table.c.id < STRIDE))
    return int(found or 0)


async def _rows(session: AsyncSession, name: str, only: str) -> int:
    return max(1, int(await session.scalar(text(f"SELECT count(*) FROM {name} WHERE {only}")) or 0))  # noqa: S608  ours


@dataclass(frozen=True)
class Copying:
    """Rows are inserted again for every number from ``first`` to ``last``."""

    first: int
    last: int
    people: int

    def parts(self) -> Iterator["Copying"]:
        """The same in steps: a statement ends in time however busy the machine is."""
        for first in range(self.first, self.last + 1, AT_ONCE):
            yield Copying(first, min(first + AT_ONCE - 1, self.last), self.people)

    def statement(self, table: Table, only: str, chain: Collection[str] = (), steps: int = 1) -> str:
        """Of the rows of ``only``, ``steps`` times for each number; ``chain``: what is copied with them."""
        columns = {f'"{one.name}"': self._value(one, chain, steps) for one in table.columns if one.computed is None}
        return (
            f"INSERT INTO {table.name} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE "  # noqa: S608  our tables' names
            f"SELECT {', '.join(columns.values())} FROM {table.name} AS t, "
            f"generate_series({self.first}, {self.last}) AS n, generate_series(0, {steps - 1}) AS step WHERE {only}"
        )

    def _value(self, column: Column[object], chain: Collection[str], steps: int) -> str:
        """What a copy has in the place of a column's value."""
        name = f't."{column.name}"'
        target = next(iter(column.foreign_keys)).column.table.name if column.foreign_keys else ""
        if target in OWNERS:
            return f"{name} + (n % {self.people}) * {STRIDE}::bigint"
        if target in chain:
            return f"{name} + n * {STRIDE}::bigint"
        if column.primary_key:
            return f"{name} + (n * {steps} + step) * {STRIDE}::bigint"
        return _plain_value(column, name)


def _plain_value(column: Column[object], name: str) -> str:
    if NAMED.get(column.table.name) == column.name:
        kind, number = f"split_part({name}, ':', 1)", f"split_part({name}, ':', 2)"
        shifted = f"{kind} || ':' || ({number}::bigint + n * {STRIDE}::bigint)"
        return f"CASE WHEN {name} ~ ':[0-9]+$' THEN {shifted} ELSE {name} || n END"
    if column.type.python_type is UUID:  # the same value gets the same one in every table
        return f"md5({name}::text || n)::uuid"
    if column.type.python_type is datetime:
        return f"{name} - n * interval '20 minutes'"
    return _another_number(column, name) if _is_unique(column) else _as_another_writes(column, name)


def _as_another_writes(column: Column[object], name: str) -> str:
    if column.name in WRITTEN.get(column.table.name, ()):
        return f"left(md5({name} || n), length({name}))"
    if column.name in DIALLED:
        return f"left(translate(md5({name} || n), 'abcdef', '012345'), length({name}))"
    if column.name in PLACES.get(column.table.name, ()):
        return f"{name} + 0.5 * sin(n * {1.7 if column.name.endswith('lon') else 1.0})"
    if column.name == "flags":  # of steps: what is in doubt is one in fifty
        return f"CASE WHEN n % 50 = 0 THEN {name} ELSE '{{}}' END"
    return name


def _another_number(column: Column[object], name: str) -> str:
    if isinstance(column.type, String):
        kept = f"left({name}, {column.type.length - 8})" if column.type.length else name
        return f"{kept} || '~' || n"
    if isinstance(column.type, BigInteger):
        return f"{name} + n * {STRIDE}::bigint"
    return f"{name} + n" if isinstance(column.type, Integer) and not isinstance(column.type, SmallInteger) else name


def _is_unique(column: Column[object]) -> bool:
    """Whether no two rows may have the same, here or where it came from."""
    if column.name in BY_VALUE:
        return True
    table = column.table
    unique = [index.columns.keys() for index in table.indexes if index.unique]
    unique += [one.columns.keys() for one in table.constraints if isinstance(one, UniqueConstraint)]
    # A kind is one of few words: what is unique together with it differs by something else.
    return not isinstance(column.type, Enum) and any(column.name in names for names in unique)
