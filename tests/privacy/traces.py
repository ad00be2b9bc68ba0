"""Somebody who can be told by name, street and phone, and where that stands."""

from typing import Any

from sqlalchemy import Text, cast, func, or_, select

from dispatch.tables import metadata
from tests.support.world import Person, World, delivery_body, ok

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
    """Where a text stands, in any column of any table."""
    found = set()
    async with world.server.services.database.work() as work:
        for table in metadata.sorted_tables:
            columns = [cast(column, Text) for column in table.columns]
            holds = or_(*(func.strpos(column, one) > 0 for column in columns for one in texts))
            if await work.session.scalar(select(func.count()).select_from(table).where(holds)):
                found.add(table.name)
    return found
