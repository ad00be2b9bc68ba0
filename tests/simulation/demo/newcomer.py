"""What somebody does who tries the demo out: order, pay, have it delivered."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.support.waiting import PATIENCE_S

Person = httpx.AsyncClient
SignIn = Callable[..., Awaitable[Person]]


async def done(reply: Awaitable[httpx.Response]) -> Any:  # JSON
    """The answer of a request that must succeed."""
    answer = await reply
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    return answer.json()


async def bought(customer: httpx.AsyncClient, seller: httpx.AsyncClient, sandbox_url: str) -> int:
    """Order one thing of the seller and pay it; answers the sale's number."""
    me = await done(seller.get("/api/v1/auth/me/"))
    products = await done(customer.get("/api/v1/marketplace/products/", params={"page_size": 100}))
    product = next(one for one in products["results"] if one["seller"]["id"] == me["id"])
    cart = await done(customer.post("/api/v1/marketplace/carts/"))
    item = {"product_id": product["id"], "quantity": 1}
    await done(customer.post(f"/api/v1/marketplace/carts/{cart['id']}/items/", json=item))
    info = {
        "customer_name": "Sarita Waiba",
        "phone_number": "+977-9841234567",
        "address": "Blue gate",
        "city": "Kathmandu",
    }
    order = {"cart_id": cart["id"], "delivery_info": info}
    await done(customer.post("/api/v1/marketplace/orders/create/", json=order))
    opening = {"cart_id": cart["id"], "gateway": "KHALTI", "return_url": "http://shop.test/paid"}
    opening["customer_phone"] = "+977-9841234567"
    opened = await done(customer.post("/api/v1/payments/initiate/", json=opening))
    pidx = opened["data"]["pidx"]
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as browser:
        await done(browser.post(f"{sandbox_url}/sandbox/payments/{pidx}/", json={"outcome": "completed"}))
    settled = await done(customer.post("/api/v1/payments/callback/", json={"pidx": pidx}))
    return int(settled["data"]["marketplace_sales"][0]["id"])


async def made_delivery(seller: httpx.AsyncClient, sale_id: int, **more: object) -> dict[str, Any]:
    """Make the delivery of a sale: 2.5 kg."""
    delivery = {
        "marketplace_sale_id": sale_id,
        "pickup_address": "Kalimati",
        "pickup_contact_name": "Phulmaya",
        "pickup_contact_phone": "+977-9841234568",
        "delivery_address": "Blue gate",
        "delivery_contact_name": "Sarita Waiba",
        "delivery_contact_phone": "+977-9841234567",
        "package_weight": 2.5,
        "delivery_fee": "150.00",
    }
    answer: dict[str, Any] = await done(seller.post("/api/deliveries/create/", json=delivery | more))
    return answer
