"""Rows 4 to 8: ways to pay, opening a payment, its status, its settling from each side."""

from typing import Any

import pytest

from tests.support.shapes import (
    check,
    is_absolute_url,
    is_bool,
    is_id,
    is_int,
    is_number,
    is_text,
    is_time,
    is_uuid,
    like,
)
from tests.support.world import Person, World, initiate_body, ok

PAYMENTS = "/api/v1/payments"
INITIATED = {
    "status": "success",
    "payment_url": is_absolute_url,
    "transaction_id": is_uuid,
    "order_number": like(r"PMT-\d{8}-[A-Z0-9]+"),
    "data": {
        "pidx": is_text,
        "payment_url": is_absolute_url,
        "expires_at": is_time,
        "gateway": "KHALTI",
        "amount": 2925.00,
    },
}
STATUS: dict[str, Any] = {
    "status": "success",
    "data": {
        "transaction_id": is_uuid,
        "gateway_transaction_id": is_text,
        "order_number": is_text,
        "payment_status": "completed",
        "gateway": "KHALTI",
        "total_amount": 2925.00,
        "is_successful": True,
        "khalti_amount": 2925.00,
        "created_at": is_time,
        "completed_at": is_time,
        "inquiry_data": {"status": "Completed", "total_amount": 292500, "fee": is_int, "refunded": False},
    },
}
SETTLED = {
    "status": "success",
    "message": "Payment completed successfully",
    "data": {
        "transaction_id": is_text,
        "payment_transaction_id": is_uuid,
        "order_number": is_text,
        "amount": 2925.00,
        "gateway": "KHALTI",
        "marketplace_sales": [
            {
                "order_number": like(r"MS-\d{8}-[A-Z0-9]+"),
                "product_name": "Organic Rice",
                "quantity": 2,
                "total_amount": 2500.00,
                "seller": is_text,
            }
        ],
        "total_items": 1,
        "processing_time": is_time,
    },
}
VERIFIED = {
    "status": "success",
    "message": "Payment verification completed",
    "data": {
        "transaction_id": is_uuid,
        "payment_status": "completed",
        "verification_result": {"gateway_status": "Completed", "amount_matches": True, "transaction_valid": True},
        "sales_created": 1,
        "inventory_updated": True,
    },
}
NOT_SUCCESSFUL = {
    "status": "failed",
    "message": "Payment was not successful",
    "data": {"khalti_status": is_text, "reason": is_text},
}


async def _ordered(world: World) -> tuple[Person, int]:
    seller, customer = await world.person("seller"), await world.person()
    cart = await world.cart(customer, {await world.product(seller): 2})
    await world.order(customer, cart)
    return customer, cart


@pytest.mark.parametrize("ending", ["/", ""])
async def test_the_gateways_are_five_and_two_of_them_list_banks(world: World, ending: str) -> None:
    listed = ok(await world.http.get(f"{PAYMENTS}/gateways{ending}"))
    check(listed, {"status": "success", "data": [{"slug": is_text, "name": is_text, "logo": is_absolute_url}]})
    modes = {mode["slug"]: mode for mode in listed["data"]}
    assert list(modes) == ["KHALTI", "SCT", "CONNECT_IPS", "MOBILE_BANKING", "EBANKING"]
    for slug, mode in modes.items():
        if slug in {"MOBILE_BANKING", "EBANKING"}:
            check(mode["items"], [{"idx": is_text, "name": is_text, "logo": is_text}])
        else:
            assert mode["items"] == []


async def test_a_payment_costs_the_same_with_and_without_named_tax_and_shipping(world: World) -> None:
    customer, cart = await _ordered(world)
    check(await world.initiate(customer, cart), INITIATED)
    check(await world.initiate(customer, cart, tax_amount="325.00", shipping_cost="100.00"), INITIATED)
    check(await world.initiate(customer, cart, bank=None), INITIATED)


@pytest.mark.parametrize(
    ("gateway", "bank"),
    [("SCT", None), ("CONNECT_IPS", None), ("MOBILE_BANKING", "global_ime_bank"), ("EBANKING", "himali_bank")],
)
async def test_every_mode_opens_a_payment(world: World, gateway: str, bank: str | None) -> None:
    customer, cart = await _ordered(world)
    opened = await world.initiate(customer, cart, gateway=gateway, bank=bank)
    assert (opened["data"]["gateway"], opened["data"]["amount"]) == (gateway, 2925.00)


async def test_a_bank_is_needed_where_a_bank_pays_and_ignored_where_none_does(world: World) -> None:
    customer, cart = await _ordered(world)
    for gateway in ("MOBILE_BANKING", "EBANKING"):
        for bank, code in ((None, "BANK_REQUIRED"), ("", "BANK_REQUIRED"), ("no_such_bank", "INVALID_BANK")):
            body = initiate_body(cart, gateway=gateway, bank=bank)
            refused = await customer.post(f"{PAYMENTS}/initiate/", body)
            assert refused.status_code == 400
            check(refused.json(), {"status": "error", "message": is_text, "error_code": code})
    assert (await world.initiate(customer, cart, bank="global_ime_bank"))["status"] == "success"


async def test_an_empty_cart_a_foreign_one_and_an_unknown_gateway_open_nothing(world: World) -> None:
    customer, stranger = await world.person(), await world.person()
    cart = await world.cart(customer, {})
    empty = await customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart))
    assert empty.status_code == 400
    check(empty.json(), {"status": "error", "message": "Cart is empty", "error_code": "EMPTY_CART"})
    foreign = await stranger.post(f"{PAYMENTS}/initiate/", initiate_body(cart))
    assert foreign.status_code == 404
    check(foreign.json(), {"status": "error", "message": "Cart not found.", "error_code": is_text})
    unknown = await customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart, gateway="PAYPAL"))
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["gateway"])


async def test_a_cart_without_an_order_is_paid_as_it_is(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart = await world.cart(customer, {await world.product(seller): 2})
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    check(ok(await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": paid["data"]["pidx"]})), SETTLED)
    assert ok(await customer.get(f"/api/v1/marketplace/carts/{cart}/"))["items"] == []
    again = await customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart))
    assert again.json()["error_code"] == "EMPTY_CART"


async def test_the_journeys_callback_settles_and_a_repeat_answers_the_same(world: World) -> None:
    customer, cart = await _ordered(world)
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    body = {
        "pidx": paid["data"]["pidx"],
        "status": "Completed",
        "total_amount": 292500,
        "transaction_id": "khalti_txn_789",
        "fee": 2925,
        "refunded": False,
        "purchase_order_id": paid["transaction_id"],
        "purchase_order_name": paid["order_number"],
    }
    first = ok(await world.http.post(f"{PAYMENTS}/callback/", json=body))
    check(first, SETTLED)
    assert first["data"]["payment_transaction_id"] == paid["transaction_id"]
    assert first["data"]["order_number"] == paid["order_number"]
    assert ok(await world.http.post(f"{PAYMENTS}/callback", json=body)) == first


async def test_a_callback_is_believed_in_nothing(world: World) -> None:
    customer, cart = await _ordered(world)
    paid = await world.initiate(customer, cart)
    lie = {"pidx": paid["data"]["pidx"], "status": "Completed", "total_amount": 292500, "transaction_id": "x"}
    refused = await world.http.post(f"{PAYMENTS}/callback/", json=lie)
    assert refused.status_code == 400
    check(refused.json(), NOT_SUCCESSFUL)
    shown = ok(await customer.get(f"{PAYMENTS}/status/{paid['transaction_id']}/"))["data"]
    assert (shown["payment_status"], shown["is_successful"], shown["completed_at"]) == ("processing", False, None)


@pytest.mark.parametrize(
    ("outcome", "khalti_status", "status"),
    [("canceled", "User canceled", "canceled"), ("expired", "Expired", "expired")],
)
async def test_a_payment_that_did_not_succeed_says_so_in_the_documented_shape(
    world: World, outcome: str, khalti_status: str, status: str
) -> None:
    customer, cart = await _ordered(world)
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], outcome)
    refused = await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": paid["data"]["pidx"]})
    assert refused.status_code == 400
    check(refused.json(), NOT_SUCCESSFUL)
    assert refused.json()["data"]["khalti_status"] == khalti_status
    shown = ok(await customer.get(f"{PAYMENTS}/status/{paid['transaction_id']}/"))["data"]
    assert (shown["payment_status"], shown["is_successful"]) == (status, False)


async def test_an_unknown_pidx_is_not_found_from_either_side(world: World) -> None:
    for reply in (
        await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": "khalti_payment_idx_123456"}),
        await world.http.get(f"{PAYMENTS}/callback/", params={"pidx": "khalti_payment_idx_123456"}),
    ):
        assert reply.status_code == 404
        check(reply.json(), {"status": "error", "message": is_text, "error_code": "PAYMENT_NOT_FOUND"})


async def test_a_browser_comes_back_to_the_clients_address_with_the_result(world: World) -> None:
    customer, cart = await _ordered(world)
    paid = await world.initiate(customer, cart, return_url="https://yourapp.example/return?basket=7&status=old#done")
    pidx = paid["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    for _ in range(2):
        back = await world.http.get(f"{PAYMENTS}/callback/", params={"pidx": pidx, "status": "Completed"})
        assert back.status_code == 303
        expected = f"basket=7&pidx={pidx}&status=completed&transaction_id={paid['transaction_id']}"
        assert back.headers["location"] == f"https://yourapp.example/return?{expected}#done"


async def test_the_status_of_a_completed_payment_has_every_documented_key(world: World) -> None:
    bought = await world.bought()
    path = f"{PAYMENTS}/status/{bought.transaction_id}"
    for reply in (await bought.customer.get(f"{path}/"), await (await world.admin()).get(path)):
        check(ok(reply), STATUS)


@pytest.mark.parametrize("force", [False, True])
async def test_verifying_a_completed_payment_confirms_it(world: World, *, force: bool) -> None:
    bought = await world.bought()
    body = {"transaction_id": bought.transaction_id, "force_verify": force}
    for who in (bought.customer, await world.admin()):
        check(ok(await who.post(f"{PAYMENTS}/verify/", body)), VERIFIED)


async def test_verify_settles_a_payment_whose_callback_never_came(world: World) -> None:
    customer, cart = await _ordered(world)
    paid = await world.initiate(customer, cart)
    before = ok(await customer.post(f"{PAYMENTS}/verify/", {"transaction_id": paid["transaction_id"]}))["data"]
    assert (before["payment_status"], before["sales_created"], before["inventory_updated"]) == ("processing", 0, False)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    check(ok(await customer.post(f"{PAYMENTS}/verify/", {"transaction_id": paid["transaction_id"]})), VERIFIED)


async def test_a_payment_is_nobody_elses_business(world: World) -> None:
    bought = await world.bought()
    stranger = await world.person()
    shape = {"status": "error", "message": is_text, "error_code": "PAYMENT_NOT_FOUND"}
    unknown = "00000000-0000-4000-8000-000000000000"
    for transaction_id, who in ((bought.transaction_id, stranger), (unknown, bought.customer)):
        for reply in (
            await who.get(f"{PAYMENTS}/status/{transaction_id}/"),
            await who.post(f"{PAYMENTS}/verify/", {"transaction_id": transaction_id}),
        ):
            assert reply.status_code == 404
            check(reply.json(), shape)
    for reply in (
        await world.http.get(f"{PAYMENTS}/status/{bought.transaction_id}/"),
        await world.http.post(f"{PAYMENTS}/initiate/", json=initiate_body(bought.cart_id)),
    ):
        assert reply.status_code == 401
        check(reply.json(), {"status": "error", "message": is_text, "error_code": "NOT_SIGNED_IN"})


async def test_tax_below_what_the_products_owe_is_refused_with_the_amount(world: World) -> None:
    customer, cart = await _ordered(world)
    refused = await customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart, tax_amount="324.99"))
    assert (refused.status_code, refused.json()["error_code"]) == (400, "TAX_MISMATCH")
    assert "325.00" in refused.json()["errors"]["tax_amount"]


def test_the_shapes_above_tell_numbers_from_strings() -> None:
    with pytest.raises(AssertionError):
        check({"amount": "2925.00"}, {"amount": is_number})
    with pytest.raises(AssertionError):
        check({"id": True}, {"id": is_id})
    with pytest.raises(AssertionError):
        check({"fragile": 0}, {"fragile": is_bool})
    with pytest.raises(AssertionError):
        check({"created_at": "2024-10-27T10:30:00+00:00"}, {"created_at": is_time})
