"""How routes of deliveries, assignments, offers and zones are asked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.accounts.access.asking import BODIES, Ask, Stage, asks
from tests.support.business import zone_body
from tests.support.offer_searches import asked_for, driver_online_at, offer_to
from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.world import ANOTHER_DOOR, BHAKTAPUR, THAMEL, Bought, Driver, Person, delivery_body, ok

DELIVERIES = "/api/deliveries/"


@asks("POST /api/deliveries/create")
async def _create(stage: Stage) -> Ask:
    bought = await stage.world.bought()
    return Ask(f"{DELIVERIES}create/", delivery_body(bought.sale_id), {"seller": bought.seller})


@asks("POST /api/marketplace/sales/{sale_id}/cancel")
async def _call_sale_off(stage: Stage) -> Ask:
    bought = await stage.world.bought()
    return Ask(f"/api/marketplace/sales/{bought.sale_id}/cancel/", {"reason": "eaten"}, {"seller": bought.seller})


@asks("POST /api/marketplace/sales/{sale_id}/mark-as-delivered")
async def _mark(stage: Stage) -> Ask:
    bought = await stage.world.bought()
    return Ask(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/", owners={"seller": bought.seller})


async def _carried(stage: Stage, *steps: str) -> tuple[int, Bought, Driver]:
    """A delivery that a transporter took, after some steps more."""
    bought, driver = await stage.world.bought(), await stage.driver()
    delivery_id = (await stage.world.delivery(bought))["id"]
    for step in ("accept", *steps):
        ok(await driver.post(f"{DELIVERIES}{delivery_id}/{step}/", None if step == "accept" else _here(step)))
    return delivery_id, bought, driver


def _here(step: str) -> dict[str, float]:
    lat, lon = BHAKTAPUR if step == "pickup" else THAMEL
    return {"latitude": lat, "longitude": lon}


def _in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@asks("POST /api/deliveries/{delivery_id}/accept")
async def _accept(stage: Stage) -> Ask:
    return Ask(f"{DELIVERIES}{(await stage.world.delivery())['id']}/accept/")


def _of_one_that_waits(act: str, body: Any) -> None:
    @asks(f"POST /api/deliveries/{{delivery_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        bought = await stage.world.bought()
        delivery_id = (await stage.world.delivery(bought))["id"]
        return Ask(f"{DELIVERIES}{delivery_id}/{act}/", body, {"customer": bought.customer, "seller": bought.seller})


_of_one_that_waits("hold", {"reason": "The address is being checked"})
_of_one_that_waits("resume", None)


def _of_a_carried_one(act: str, body: Any, *steps: str) -> None:
    @asks(f"POST /api/deliveries/{{delivery_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        delivery_id, bought, driver = await _carried(stage, *steps)
        owners = {"customer": bought.customer, "seller": bought.seller, "transporter": driver}
        return Ask(f"{DELIVERIES}{delivery_id}/{act}/", body, owners)


_of_a_carried_one("pickup", _here("pickup"))
_of_a_carried_one("return", {"reason": "Nobody takes it"}, "pickup")
_of_a_carried_one("loss", {"ending": "lost", "reason": "The bag was stolen"}, "pickup")
_of_a_carried_one("deliver", _here("deliver"), "pickup")
_of_a_carried_one("attempts", _here("attempts") | {"reason": "nobody_there"}, "pickup")
_of_a_carried_one("reschedule", {"starts_at": _in_hours(2), "ends_at": _in_hours(4)}, "pickup")
_of_a_carried_one("rate", {"rating": 5}, "pickup", "deliver")
_of_a_carried_one("give-back", {"reason": "too_far"})
_of_a_carried_one("unassign", {"reason": "mistake"})
_of_a_carried_one("cancel", {"reason": "seller_asked"})
_of_a_carried_one("priority", {"priority": "high"})
_of_a_carried_one("address", ANOTHER_DOOR)
_of_a_carried_one("instructions", {"instructions": "Leave it with the guard"})


def _of_a_carried_one_and_another_transporter(act: str, *steps: str) -> None:
    @asks(f"POST /api/deliveries/{{delivery_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        delivery_id, _, _ = await _carried(stage, *steps)
        to = await stage.driver()
        return Ask(
            f"{DELIVERIES}{delivery_id}/{act}/", {"transporter_id": to.transporter_id, "reason": "better_choice"}
        )


_of_a_carried_one_and_another_transporter("reassign")
_of_a_carried_one_and_another_transporter("transfer", "pickup")


@asks("POST /api/deliveries/{delivery_id}/undo")
async def _undo(stage: Stage) -> Ask:
    delivery_id, bought, driver = await _carried(stage)
    ok(await driver.post(f"{DELIVERIES}{delivery_id}/give-back/", {"reason": "too_far"}))
    owners = {"customer": bought.customer, "seller": bought.seller, "transporter": driver}
    return Ask(f"{DELIVERIES}{delivery_id}/undo/", None, owners)


@asks("POST /api/deliveries/{delivery_id}/assign")
async def _assign(stage: Stage) -> Ask:
    delivery, driver = await stage.world.delivery(), await stage.driver()
    return Ask(f"{DELIVERIES}{delivery['id']}/assign/", {"transporter_id": driver.transporter_id})


@asks("POST /api/transporters/{transporter_id}/relieve")
async def _relieve(stage: Stage) -> Ask:
    _, _, driver = await _carried(stage)
    return Ask(f"/api/transporters/{driver.transporter_id}/relieve/", {"reason": "breakdown"})


async def _near(stage: Stage) -> tuple[int, Driver]:
    """A delivery that waits, and somebody who could have it."""
    here = somewhere()
    driver = await driver_online_at(stage.world, here)
    [delivery] = await stage.world.deliveries(at(here))
    return delivery["id"], driver


@asks("POST /api/deliveries/{delivery_id}/offers")
async def _offer(stage: Stage) -> Ask:
    delivery_id, _ = await _near(stage)
    return Ask(f"{DELIVERIES}{delivery_id}/offers/", {"mode": "all", "deadline_s": 120})


async def _offered(stage: Stage) -> tuple[dict[str, Any], Driver]:
    here = somewhere()
    driver = await driver_online_at(stage.world, here)
    return await asked_for(stage.world, stage.admin, here, mode="all", deadline_s=120), driver


@asks("POST /api/deliveries/{delivery_id}/offers/withdraw")
async def _withdraw(stage: Stage) -> Ask:
    search, _ = await _offered(stage)
    return Ask(f"{DELIVERIES}{search['delivery_id']}/offers/withdraw/")


def _of_an_offer(act: str, body: Any) -> None:
    @asks(f"POST /api/offers/{{offer_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        search, driver = await _offered(stage)
        owners: dict[str, Person] = {"transporter": driver}
        return Ask(f"/api/offers/{offer_to(search, driver)['id']}/{act}/", body, owners)


_of_an_offer("accept", None)
_of_an_offer("decline", {"reason": "too_far"})


@asks("POST /api/auto-assign")
async def _auto_assign(stage: Stage) -> Ask:
    return Ask("/api/auto-assign/", {"delivery_id": (await _near(stage))[0]})


@asks("POST /api/deliveries/bulk-operations")
async def _bulk(stage: Stage) -> Ask:
    body = {"operation": "auto_assign", "delivery_ids": [(await _near(stage))[0]]}
    return Ask(f"{DELIVERIES}bulk-operations/", body)


@asks("POST /api/assignment-plans")
async def _plan(stage: Stage) -> Ask:
    return Ask("/api/assignment-plans/", {"delivery_ids": [(await _near(stage))[0]]})


@asks("POST /api/assignment-plans/{plan_id}/commit")
async def _commit(stage: Stage) -> Ask:
    delivery_id, _ = await _near(stage)
    plan = ok(await stage.admin.post("/api/assignment-plans/", {"delivery_ids": [delivery_id]}), 201)
    return Ask(f"/api/assignment-plans/{plan['id']}/commit/")


@asks("POST /api/zones")
async def _add_zone(_: Stage) -> Ask:
    return Ask("/api/zones/", zone_body(f"Zone {uuid4().hex}"))


def _of_a_zone(method: str, act: str, body: Any = None) -> None:
    @asks(f"{method} /api/zones/{{zone_id}}{act}")
    async def _asked(stage: Stage) -> Ask:
        made = ok(await stage.admin.post("/api/zones/", zone_body(f"Zone {uuid4().hex}")), 201)
        return Ask(f"/api/zones/{made['id']}{act}/", body)


_of_a_zone("PATCH", "", {"tick_s": 30})
_of_a_zone("DELETE", "")
_of_a_zone("POST", "/pause", {"reason": "Flood at the bridge."})
_of_a_zone("POST", "/resume")


@asks("POST /api/deliveries/{tracking_number}/unlock")
async def _unlock(stage: Stage) -> Ask:
    return Ask(f"{DELIVERIES}{stage.business.ids['tracking_number']}/unlock/", {"code": "4567"})


async def _delivered(stage: Stage) -> tuple[str, Bought]:
    """The tracking number of what was told as delivered."""
    delivery_id, bought, _ = await _carried(stage, "pickup", "deliver")
    shown = ok(await bought.seller.get(f"{DELIVERIES}{delivery_id}/"))
    return str(shown["tracking_number"]), bought


@asks("POST /api/deliveries/{delivery_id}/objection")
async def _object(stage: Stage) -> Ask:
    number, bought = await _delivered(stage)
    return Ask(f"{DELIVERIES}{number}/objection/", {"reason": "not_received"}, {"customer": bought.customer})


@asks("POST /api/deliveries/{tracking_number}/objection/by-code")
async def _object_unlocked(stage: Stage) -> Ask:
    number, bought = await _delivered(stage)
    theirs = ok(await bought.customer.get(f"{DELIVERIES}{number}/track/"))
    return Ask(f"{DELIVERIES}{number}/objection/by-code/?unlock={theirs['unlock']}", {"reason": "not_received"})


def _of_an_objection(act: str, body: Any) -> None:
    @asks(f"POST /api/objections/{{objection_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        number, bought = await _delivered(stage)
        ok(await bought.customer.post(f"{DELIVERIES}{number}/objection/", {"reason": "not_received"}))
        [made] = ok(await bought.seller.get("/api/objections/"))["results"]
        return Ask(f"/api/objections/{made['id']}/{act}/", body, {"seller": bought.seller})


_of_an_objection("uphold", {"ending": "lost", "reason": "It is at another door"})
_of_an_objection("reject", {"reason": "A neighbour has it"})


@asks("POST /api/deliveries/{delivery_id}/share-links")
async def _share(stage: Stage) -> Ask:
    delivery, owners = stage.business.ids["delivery_id"], stage.business.owners
    return Ask(f"{DELIVERIES}{delivery}/share-links/", {"label": "Mother"}, owners)


@asks("DELETE /api/deliveries/{delivery_id}/share-links/{link_id}")
async def _unshare(stage: Stage) -> Ask:
    delivery, owners = stage.business.ids["delivery_id"], stage.business.owners
    made = ok(await owners["customer"].post(f"{DELIVERIES}{delivery}/share-links/", {}), 201)
    return Ask(f"{DELIVERIES}{delivery}/share-links/{made['id']}/", None, {"customer": owners["customer"]})


@asks("GET /t/s/{token}")
async def _shared_page(stage: Stage) -> Ask:
    delivery, customer = stage.business.ids["delivery_id"], stage.business.owners["customer"]
    made = ok(await customer.post(f"{DELIVERIES}{delivery}/share-links/", {}), 201)
    return Ask("/t/s/" + made["url"].rpartition("/")[2])


@asks("GET /api/deliveries/{tracking_number}/events")
async def _follow(stage: Stage) -> Ask:
    return Ask(f"{DELIVERIES}{stage.business.ids['tracking_number']}/events/")


@asks("GET /api/transporters/nearby")
async def _nearby(_: Stage) -> Ask:
    return Ask("/api/transporters/nearby/", more={"params": {"lat": THAMEL[0], "lon": THAMEL[1]}})


def _of_one_with_a_code(method: str, act: str, body: Any = None) -> None:
    @asks(f"{method} /api/deliveries/{{delivery_id}}/code{act}")
    async def _asked(stage: Stage) -> Ask:
        bought = await stage.world.bought()
        made = await stage.world.delivery(bought, proof={"drop_off": ["code"]})
        return Ask(f"{DELIVERIES}{made['id']}/code{act}/", body, {"customer": bought.customer})


_of_one_with_a_code("GET", "")
_of_one_with_a_code("POST", "/reset", {"reason": "It was read wrong"})
_of_one_with_a_code("POST", "/waive", {"reason": "The phone is lost"})


@asks("GET /api/proof-pictures/{picture}")
async def _picture(stage: Stage) -> Ask:
    delivery_id, bought, driver = await _carried(stage, "pickup")
    ok(await driver.post(f"{DELIVERIES}{delivery_id}/deliver/", {"delivery_photo": picture()}))
    shown = ok(await bought.customer.get(f"{DELIVERIES}{delivery_id}/proof/"))
    return Ask(shown["handovers"][1]["photo"]["url"])


def _of_a_seller(method: str, body: Any = None) -> None:
    @asks(f"{method} /api/sellers/{{seller_id}}/proof")
    async def _asked(stage: Stage) -> Ask:
        return Ask(f"/api/sellers/{(await stage.somebody('seller')).user_id}/proof/", body)


_of_a_seller("GET")
_of_a_seller("PATCH", {"drop_off": ["photo"]})
BODIES["PATCH /api/sellers/me/proof"] = {"drop_off": ["photo"]}
