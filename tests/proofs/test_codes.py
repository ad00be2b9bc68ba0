"""The four digits that a customer is told: for the buyer alone, three tries, then a dispatcher."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.notifications.models import OutboxMessage
from dispatch.proofs.models import DeliveryCode
from tests.support.waiting import until
from tests.support.world import ANOTHER_DOOR, Bought, Driver, World, delivery_body, ok, together


async def _aboard(world: World, **more: Any) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, proof={"drop_off": ["code"]}, **more)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    return bought, driver, delivery


async def _digits(bought: Bought, delivery: dict[str, Any]) -> str:
    told = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/"))
    assert len(told["digits"]) == 4
    assert told["digits"].isdecimal()
    return str(told["digits"])


def _others(digits: str) -> list[str]:
    return [f"{(int(digits) + more) % 10000:04}" for more in (1, 2, 3, 4)]


async def test_a_parcel_with_a_code_is_handed_over_to_who_says_it(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    missing = await driver.post(path, {})
    assert (missing.status_code, missing.json()["missing"]) == (422, ["code"])
    digits = await _digits(bought, delivery)
    done = ok(await driver.post(path, {"code": f" {digits} "}))
    assert ok(await driver.post(path, {"code": _others(digits)[0]})) == done, "a repeat needs no code"
    after = ok(await bought.customer.get(f"/api/deliveries/{delivery['tracking_number']}/code/"))
    assert after["digits"] is None


async def test_three_wrong_tries_lock_the_code_and_a_dispatchers_new_one_opens_it(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    path, digits = f"/api/deliveries/{delivery['id']}/deliver/", await _digits(bought, delivery)
    for wrong, left in zip(_others(digits), (2, 1), strict=False):
        refused = await driver.post(path, {"code": wrong})
        told = refused.json()
        assert (refused.status_code, told["code"], told["tries_left"]) == (422, "code_wrong", left)
    assert ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["proof"]["code"] == {
        "tries_left": 1,
        "locked": False,
        "waived": False,
    }
    for said in (_others(digits)[2], digits, digits):
        refused = await driver.post(path, {"code": said})
        assert (refused.status_code, refused.json()["code"]) == (409, "code_locked")
    admin = await world.admin()
    assert (await driver.post(f"/api/deliveries/{delivery['id']}/code/reset/", {"reason": "mine"})).status_code == 403
    reset = ok(await admin.post(f"/api/deliveries/{delivery['id']}/code/reset/", {"reason": "She read it wrong"}))
    assert reset == {"tries_left": 3, "locked": False, "waived": False}
    ok(await driver.post(path, {"code": await _digits(bought, delivery)}))
    noted = ok(await admin.get("/api/v1/audit/", action="code.reset", subject_id=str(delivery["id"])))["results"]
    assert [one["detail"] for one in noted] == [{"reason": "She read it wrong"}]


async def test_a_dispatcher_lets_a_parcel_be_handed_over_without_its_code(world: World) -> None:
    _, driver, delivery = await _aboard(world)
    admin = await world.admin()
    waive = f"/api/deliveries/{delivery['id']}/code/waive/"
    assert (await admin.post(waive, {"reason": ""})).status_code == 400
    for _ in range(2):
        assert ok(await admin.post(waive, {"reason": "The phone is lost"}))["waived"] is True
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/"))
    late = await admin.post(waive, {"reason": "Once more"})
    assert (late.status_code, late.json()["delivery_status"]) == (409, "delivered")


async def test_many_guesses_at_once_are_counted_one_by_one(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    path, digits = f"/api/deliveries/{delivery['id']}/deliver/", await _digits(bought, delivery)
    guesses = [f"{(int(digits) + 1 + more) % 10000:04}" for more in range(20)]
    replies = await together(driver.post(path, {"code": guess}) for guess in guesses)
    assert sorted(reply.status_code for reply in replies) == [409] * 18 + [422] * 2
    assert (await driver.post(path, {"code": digits})).status_code == 409


async def test_a_try_that_lacks_other_proof_or_is_no_code_is_not_counted(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, proof={"drop_off": ["code", "photo"]})
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    for _ in range(4):
        refused = await driver.post(path, {"code": _others(await _digits(bought, delivery))[0]})
        assert (refused.status_code, refused.json()["missing"]) == (422, ["photo"])
    for text in ("12345", "12a4", "-123", "१२३४", "1e03"):
        assert list((await driver.post(path, {"code": text})).json()["errors"]) == ["code"]
    assert ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["proof"]["code"]["tries_left"] == 3


async def test_nobody_but_the_buyer_is_told_the_code(world: World) -> None:
    bought, driver, delivery = await _aboard(world)
    digits = await _digits(bought, delivery)
    path = f"/api/deliveries/{delivery['id']}/code/"
    stranger, admin = await world.person("customer"), await world.admin()
    for person, status in ((stranger, 404), (driver, 403), (bought.seller, 403), (admin, 403)):
        assert (await person.get(path)).status_code == status
    shown = [
        await driver.get(f"/api/deliveries/{delivery['id']}/"),
        await admin.get(f"/api/deliveries/{delivery['id']}/"),
        await bought.seller.get(f"/api/deliveries/{delivery['id']}/"),
        await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"),
    ]
    assert not any(f'"{digits}"' in reply.text for reply in shown)


async def test_a_code_is_told_to_nobody_whom_only_the_rest_of_the_order_goes_to(world: World) -> None:
    """Of two sellers one has packed, then the buyer says that what is left goes to somebody else."""
    sellers, customer, driver = (
        [await world.person("seller") for _ in range(2)],
        await world.person(),
        await world.driver(),
    )
    products = [await world.product(one) for one in sellers]
    cart = await world.cart(customer, dict.fromkeys(products, 1))
    order = await world.order(customer, cart)
    payment = await world.initiate(customer, cart)
    await world.at_gateway(payment["data"]["pidx"], "completed")
    ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
    [sale] = ok(await sellers[0].get("/api/marketplace/sales/"))["results"]
    body = delivery_body(sale["id"], proof={"drop_off": ["code"]})
    made = ok(await sellers[0].post("/api/deliveries/create/", body), 201)
    ok(await customer.post(f"/api/v1/marketplace/orders/{order['id']}/address/", ANOTHER_DOOR))
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/"))
    async with world.server.services.database.work() as work:
        code = await work.session.scalar(select(DeliveryCode).where(DeliveryCode.delivery_id == made["id"]))
        assert code is not None
        mine = select(OutboxMessage).where(OutboxMessage.key.contains(str(code.salt)))
        told = {message.channel.value: message.recipient for message in await work.session.scalars(mine)}
    assert told == {"mail": customer.email}


async def test_the_database_and_the_outbox_hold_no_code_and_the_messages_do(world: World) -> None:
    bought, _, delivery = await _aboard(world, delivery_contact_phone="9841777777")  # the seller's word
    digits = await _digits(bought, delivery)
    services = world.server.services
    async with services.database.work() as work:
        code = await work.session.scalar(select(DeliveryCode).where(DeliveryCode.delivery_id == delivery["id"]))
        kept = select(OutboxMessage).where(OutboxMessage.template == "delivery_code")
        messages = (await work.session.scalars(kept.where(OutboxMessage.key.contains(str(code and code.salt))))).all()
    assert code is not None
    assert {message.channel.value: message.recipient for message in messages} == {
        "mail": bought.customer.email,
        "sms": "+977-9841234567",
    }
    alone = re.compile(rf"(?<!\d){digits}(?!\d)")  # within the day of a number or a port they are no code
    assert not any(
        alone.search(str(value)) for message in messages for value in message.content.values() if value != digits
    )
    folder = services.settings.data_dir / "mail"

    async def mailed() -> bool:
        return any(
            f"code is {digits}" in file.read_text() and bought.customer.email in file.read_text()
            for file in folder.glob("*.eml")
        )

    await until(mailed, "the mail with the code is sent")


@pytest.mark.parametrize("path", ["999999999999", "TRKAAAAAAAAAAAAAAAA", "not-a-number"])
async def test_a_code_of_no_delivery_is_not_found(world: World, path: str) -> None:
    customer = await world.person("customer")
    assert (await customer.get(f"/api/deliveries/{path}/code/")).status_code == 404


async def test_a_delivery_without_a_code_says_so(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    assert (await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/")).json()["code"] == "code_not_found"
    reset = await admin.post(f"/api/deliveries/{delivery['id']}/code/reset/", {"reason": "any"})
    assert (reset.status_code, reset.json()["code"]) == (404, "code_not_found")
