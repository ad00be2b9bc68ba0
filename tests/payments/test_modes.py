"""Each way to pay, from the list of gateways over the payment page to the invoice, in the contract's shapes."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.support.checkout import Checkout
from tests.support.gateway_tester import GatewayPage
from tests.support.world import World, initiate_body, ok

INITIATED = {
    "status": str,
    "payment_url": str,
    "transaction_id": str,
    "order_number": str,
    "data": {"pidx": str, "payment_url": str, "expires_at": str, "gateway": str, "amount": float},
}
STATUS = {
    "transaction_id": str,
    "gateway_transaction_id": str,
    "order_number": str,
    "payment_status": str,
    "gateway": str,
    "total_amount": float,
    "is_successful": bool,
    "khalti_amount": float,
    "created_at": str,
    "completed_at": str,
    "inquiry_data": {"status": str, "total_amount": int, "fee": int, "refunded": bool},
}
SETTLED = {
    "transaction_id": str,
    "payment_transaction_id": str,
    "order_number": str,
    "amount": float,
    "gateway": str,
    "marketplace_sales": [
        {"order_number": str, "product_name": str, "quantity": int, "total_amount": float, "seller": str}
    ],
    "total_items": int,
    "processing_time": str,
}
VERIFIED = {
    "transaction_id": str,
    "payment_status": str,
    "verification_result": {"gateway_status": str, "amount_matches": bool, "transaction_valid": bool},
    "sales_created": int,
    "inventory_updated": bool,
}
INVOICE = {
    "invoice_number": str,
    "transaction_id": str,
    "order_number": str,
    "customer": {"name": str, "email": str, "phone": str},
    "items": [{"product_name": str, "quantity": int, "unit_price": float, "total": float, "seller": str}],
    "subtotal": float,
    "tax_amount": float,
    "shipping_cost": float,
    "total_amount": float,
    "payment_method": str,
    "payment_date": str,
    "status": str,
}


def check_shape(found: Any, shape: Any, where: str = "body") -> None:
    """Every key of the contract is there with its JSON type; more keys are welcome."""
    if isinstance(shape, dict):
        assert isinstance(found, dict), where
        for name, inner in shape.items():
            assert name in found, f"{where}.{name} is missing"
            check_shape(found[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(found, list), where
        assert found, f"{where} is empty"
        for index, one in enumerate(found):
            check_shape(one, shape[0], f"{where}[{index}]")
    else:
        assert type(found) is shape, f"{where} is {type(found).__name__}, not {shape.__name__}"


async def pay_on_page(http: httpx.AsyncClient, payment_url: str) -> str:
    """Look at the page, press the pay button, and follow the browser to our server; where that sends it."""
    page = GatewayPage(await http.get(payment_url))
    parts = urlsplit(payment_url)
    pressed = await http.post(f"{parts.scheme}://{parts.netloc}{page.action}", data=page.fields | {"action": "pay"})
    assert pressed.status_code == 303
    returned = await http.get(pressed.headers["location"])
    assert returned.status_code == 303
    return str(returned.headers["location"])


@pytest.mark.parametrize("mode", ["KHALTI", "SCT", "CONNECT_IPS", "MOBILE_BANKING", "EBANKING"])
async def test_each_mode_runs_from_the_list_of_gateways_to_the_invoice(
    world: World, checkout: Checkout, mode: str
) -> None:
    gateways = ok(await world.http.get("/api/v1/payments/gateways/"))["data"]
    items = next(gateway["items"] for gateway in gateways if gateway["slug"] == mode)
    seller, customer = await world.person("seller", name="farmer_john"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 2})
    bank = {"bank": items[0]["idx"]} if items else {}
    opened = ok(await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id, gateway=mode, **bank)))
    check_shape(opened, INITIATED)
    assert (opened["status"], opened["data"]["gateway"], opened["data"]["amount"]) == ("success", mode, 2925.00)

    back = await pay_on_page(world.http, opened["payment_url"])
    assert back.startswith("https://yourapp.example/payment/return?")
    assert dict(parse_qsl(urlsplit(back).query))["status"] == "completed"

    settled = ok(await checkout.callback(opened["data"]["pidx"]))
    check_shape(settled, {"status": str, "message": str, "data": SETTLED})
    status = ok(await customer.get(f"/api/v1/payments/status/{opened['transaction_id']}/"))
    check_shape(status, {"status": str, "data": STATUS})
    verify = {"transaction_id": opened["transaction_id"], "force_verify": False}
    verified = ok(await customer.post("/api/v1/payments/verify/", verify))
    check_shape(verified, {"status": str, "message": str, "data": VERIFIED})
    assert verified["data"]["verification_result"]["amount_matches"] is True
    invoice = ok(await customer.get(f"/api/v1/payments/{opened['transaction_id']}/invoice/"))
    check_shape(invoice, INVOICE)
    assert (invoice["payment_method"], invoice["status"]) == (mode, "paid")
