"""Sales for parcels that a run needs: a basket of many lines, bought and paid at the sandbox gateway over the API."""

from typing import Any

import httpx

PHONE = "+977-9800000099"
PRICE = "10.00"


async def buy(http: httpx.AsyncClient, seller: str, customer: str, count: int, *, sandbox_url: str) -> list[int]:
    """The sales of one paid order with so many lines, each of a product of its own.

    ``seller`` and ``customer``: access tokens. Raises httpx.HTTPError.
    """

    async def post(path: str, token: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        reply = await http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        reply.raise_for_status()
        return reply.json()

    cart = await post("/api/v1/marketplace/carts/", customer)
    for number in range(1, count + 1):
        article = {"name": f"Load test parcel {number}", "listed_price": PRICE, "stock": 1}
        product = await post("/api/v1/marketplace/products/", seller, article)
        line = {"product_id": product["id"], "quantity": 1}
        await post(f"/api/v1/marketplace/carts/{cart['id']}/items/", customer, line)
    payment = {
        "cart_id": cart["id"],
        "gateway": "KHALTI",
        "return_url": "https://shop.invalid/paid",
        "customer_name": "Load customer",
        "customer_email": "load-customer@load.example",
        "customer_phone": PHONE,
    }
    opened = await post("/api/v1/payments/initiate/", customer, payment)
    pidx = opened["data"]["pidx"]
    paid = await http.post(f"{sandbox_url}/sandbox/payments/{pidx}/", json={"outcome": "completed"})
    paid.raise_for_status()
    settled = await post("/api/v1/payments/callback/", customer, {"pidx": pidx})
    return [int(sale["id"]) for sale in settled["data"]["marketplace_sales"]]
