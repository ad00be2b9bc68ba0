"""Sellers who sent something lately, and what buyers are told of their goods before they pay."""

from typing import Any

from tests.support.places import at, north_of
from tests.support.world import Person, Place, World, delivery_body, ok

AT_ONCE = {"requested_pickup_date": None, "requested_delivery_date": None}
DOOR_M = 8_000


def door_of(place: Place) -> dict[str, float]:
    """A door some kilometres from a place."""
    lat, lon = north_of(place, DOOR_M)
    return {"latitude": lat, "longitude": lon}


async def sold(world: World, seller: Person, count: int) -> list[int]:
    """So many paid sales of a seller."""
    customer = await world.person("customer")
    cart_id = await world.cart(customer, {await world.product(seller): 1 for _ in range(count)})
    pidx = (await world.initiate(customer, cart_id))["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))
    return [sale["id"] for sale in settled["data"]["marketplace_sales"]]


async def sender(world: World, place: Place, *, parcels: int = 3, **more: Any) -> Person:
    """A seller whose last parcels were fetched at a place, as soon as they were paid."""
    seller = await world.person("seller", name="farmer_john")
    for sale_id in await sold(world, seller, parcels):
        body = delivery_body(sale_id, **(AT_ONCE | at(place) | more))
        ok(await seller.post("/api/deliveries/create/", body), 201)
    return seller


async def basket(world: World, *sellers: Person, weight_kg: float | None = 2, quantity: int = 1) -> tuple[Person, int]:
    """A customer with a cart that has a product of each seller."""
    customer = await world.person("customer")
    products = [await world.product(seller, weight_kg=weight_kg, stock=1_000) for seller in sellers]
    return customer, await world.cart(customer, dict.fromkeys(products, quantity))


def path_of(cart_id: int) -> str:
    """Where a cart's estimate is asked for."""
    return f"/api/v1/marketplace/carts/{cart_id}/delivery-estimate/"


async def estimated(customer: Person, cart_id: int, door: dict[str, Any]) -> list[dict[str, Any]]:
    """The parcels of an estimate."""
    parcels: list[dict[str, Any]] = ok(await customer.post(path_of(cart_id), door))["parcels"]
    return parcels
