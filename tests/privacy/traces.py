"""Somebody who can be told by name, street and phone, and where that stands."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, or_, select

from dispatch.database.base import DateTimeUTC
from dispatch.tables import metadata
from tests.support.world import Person, Place, World, delivery_body, ok

AUTH = "/api/v1/auth"
SECRET = "Sita Gurungseni"
STREET = "Behind the blue gate of Jhamsikhel"
PHONE = "9812345678"


async def bought_by(
    world: World, customer: Person, *, deliver: bool = True, phone: str = PHONE, mail: str = ""
) -> dict[str, Any]:
    """A paid order of somebody who can be told by name, street and phone; delivered and completed on request."""
    seller = await world.person("seller")
    cart = await world.cart(customer, {await world.product(seller): 1})
    place = {"customer_name": SECRET, "phone_number": phone, "address": STREET, "city": "Lalitpur"}
    body = {"cart_id": cart, "delivery_info": place}
    order = ok(await customer.post("/api/v1/marketplace/orders/create/", body), 201)
    more = {"customer_name": SECRET, "customer_email": mail or customer.email, "customer_phone": phone}
    payment = await world.initiate(customer, cart, **more)
    await world.at_gateway(payment["data"]["pidx"], "completed")
    ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
    [sale] = ok(await seller.get("/api/marketplace/sales/"))["results"]
    ok(await customer.get(f"/api/v1/payments/{payment['transaction_id']}/invoice/"))
    if deliver:
        named = {"delivery_address": STREET, "delivery_contact_name": SECRET, "delivery_contact_phone": PHONE}
        made = ok(await seller.post("/api/deliveries/create/", delivery_body(sale["id"]) | named), 201)
        driver = await world.driver()
        for step in ("accept", "pickup", "deliver"):
            ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/", {}))
    return {"order": order["id"], "payment": payment["transaction_id"], "sale": sale["id"], "seller": seller}


async def tables_with(world: World, *texts: str) -> set[str]:
    """Where a text stands, in any column of any table, also as it is kept to be searched: in small letters."""

    def holds(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(*(func.strpos(func.lower(cast(column, Text)), one.lower()) > 0 for one in texts))

    return await _tables_where(world, holds)


async def tables_near(world: World, place: Place) -> set[str]:
    """Where a latitude or longitude stands to three digits, in any column of any table; times of a day are none."""
    digits = "|".join(f"{one:.4f}"[:-1].replace(".", r"\.") for one in place)

    def holds(column: ColumnElement[Any]) -> ColumnElement[bool]:
        if isinstance(column.type, DateTimeUTC):
            return literal(value=False)
        return cast(column, Text).op("~", is_comparison=True)(rf"(^|[^0-9.:])({digits})")

    return await _tables_where(world, holds)


async def _tables_where(world: World, holds: Callable[[ColumnElement[Any]], ColumnElement[bool]]) -> set[str]:
    found = set()
    async with world.server.services.database.work() as work:
        for table in metadata.sorted_tables:
            rows = select(func.count()).select_from(table).where(or_(*(holds(column) for column in table.columns)))
            if await work.session.scalar(rows):
                found.add(table.name)
    return found
