"""Transporters who are asked for a delivery, and what becomes of it."""

from typing import Any

from tests.support.places import at
from tests.support.world import Driver, Person, Place, World, ok


async def driver_online_at(world: World, place: Place, **profile: Any) -> Driver:
    """A transporter who may carry and is online there."""
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def asked_for(world: World, admin: Person, place: Place, **search: Any) -> dict[str, Any]:
    """A delivery at a place for which transporters are asked; its newest search."""
    [delivery] = await world.deliveries(at(place))
    answer = ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/", search), 201)
    newest: dict[str, Any] = answer["searches"][0] | {"delivery_id": delivery["id"]}
    return newest


async def searches_of(admin: Person, delivery_id: int) -> list[dict[str, Any]]:
    """All searches for a delivery, newest first."""
    found: list[dict[str, Any]] = ok(await admin.get(f"/api/deliveries/{delivery_id}/offers/"))["searches"]
    return found


def offer_to(search: dict[str, Any], driver: Driver) -> dict[str, Any]:
    """The one offer of a search to a transporter."""
    [offer] = [one for one in search["offers"] if one["transporter_id"] == driver.transporter_id]
    found: dict[str, Any] = offer
    return found


async def open_offers(driver: Driver) -> list[dict[str, Any]]:
    """What a transporter is asked now."""
    offers: list[dict[str, Any]] = ok(await driver.get("/api/offers/"))["offers"]
    return offers


async def run_out(world: World, delivery_id: int, *, of: Driver | None = None) -> None:
    """The open offers of a delivery, or of one transporter, are as they would be an hour later."""
    async with world.server.services.database.connection() as connection:
        await connection.execute(
            "UPDATE offers SET opens_at = opens_at - interval '1 hour', deadline = deadline - interval '1 hour' "
            "WHERE delivery_id = $1 AND status IN ('queued', 'open') AND ($2::bigint IS NULL OR transporter_id = $2)",
            delivery_id,
            None if of is None else of.transporter_id,
        )
        await connection.execute("UPDATE offer_searches SET next_at = now() WHERE delivery_id = $1", delivery_id)
