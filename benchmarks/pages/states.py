"""What pages show beside their first room: other rooms, one thing in sight, and what comes once somebody has acted."""

from typing import Final

import httpx

from benchmarks.pages.demo import RunningDemo

ROOMS_OF: Final = {
    "ops": (
        *("search", "deliveries", "orders", "dead-letters", "held", "refunds", "reviews", "transporters", "documents"),
        *("categories", "tables", "users", "webhooks", "keys", "audit", "account"),
    ),
    "seller": ("returns", "objections", "products", "import", "figures", "tracking", "proof", "account"),
    "courier": ("shifts", "documents", "earnings", "ratings", "phone", "queue", "account"),
    "shop": ("orders", "purchases", "settings", "checkout"),
    "console": ("zones", "assigning", "shifts", "replay", "account"),
}
ROOMS: Final = {
    "password": "/api/v1/auth/password/forgot/",
    **{f"{page}-{room}": f"/{page}/{room}" for page, rooms in ROOMS_OF.items() for room in rooms},
}
"""Where they lie, by the names of their pictures."""
ONE: Final = {
    "ops-delivery": "/ops/deliveries/{delivery}",
    "ops-order": "/ops/orders/{order}",
    "courier-job": "/courier/jobs/{carried}",
    "courier-handover": "/courier/jobs/{carried}/pickup",
    "shop-product": "/shop?product={product}",
    "shop-order": "/shop/orders/{own_order}",
    "shop-invoice": "/shop/invoices/{payment}",
    "seller-sale": "/seller?open={sale}",
    "seller-invoice": "/seller/invoices/{sale}",
    "console-delivery": "/console?delivery={delivery}&panel=detail",
    "console-ended": "/console?delivery={delivered}&panel=detail",
}
"""One thing in sight; its number is the demo's."""
OFFERS: Final = {"courier-offers": "/courier", "console-offers": "/console?delivery={asked}&panel=detail"}
"""A courier who is asked, and the dispatcher who asks; the last, for whoever does not answer goes off duty."""
ANSWERS_WITHIN_S: Final = 60
# Longer than all pictures of a page take.
DEADLINE_S: Final = 120


async def numbers(running: RunningDemo) -> dict[str, str]:
    """Of a delivery, an order …, what fills the addresses of ONE. Raises httpx.HTTPError and LookupError."""
    async with _asking(running) as client:
        admin = await _signed_in(client, "admin")
        customer, courier = await _signed_in(client, "customer"), await _signed_in(client, "transporter")
        seller = await _signed_in(client, "seller")

        async def first(path: str, bearer: dict[str, str], **wanted: str) -> str:
            reply = (await client.get(path, headers=bearer, params=wanted)).raise_for_status().json()
            return str(reply["results"][0]["id"])

        own_order = await first("/api/v1/marketplace/orders/my-orders/", customer, payment_status="paid")
        order = (await client.get(f"/api/v1/marketplace/orders/{own_order}/", headers=customer)).raise_for_status()
        return {
            "delivery": await first("/api/deliveries/", admin, status="in_transit"),
            "delivered": await first("/api/deliveries/", admin, status="delivered"),
            "carried": await _given(client, admin, courier),
            "order": await first("/api/v1/marketplace/orders/", admin),
            "own_order": own_order,
            "payment": str(order.json()["transaction_id"]),
            "sale": await first("/api/marketplace/sales/", seller),
            "product": await first("/api/v1/marketplace/products/", {}),
        }


async def _given(client: httpx.AsyncClient, admin: dict[str, str], courier: dict[str, str]) -> str:
    """A delivery that waits for its pickup by the demo's courier, who is given one where there is none."""
    own = (await client.get("/api/transporters/me/", headers=courier)).raise_for_status().json()["id"]

    async def those(**wanted: str) -> list[str]:
        reply = (await client.get("/api/deliveries/", headers=admin, params=wanted)).raise_for_status().json()
        return [str(one["id"]) for one in reply["results"]]

    given = await those(status="assigned", transporter=str(own))
    if not given:
        (await client.post("/api/transporters/me/duty/", headers=courier, json={"duty": "on"})).raise_for_status()
        given = (await those(status="available"))[:1]
        path, body = (
            f"/api/deliveries/{given[0]}/assign/",
            {"transporter_id": own, "override_reason": "It is near."},
        )
        (await client.post(path, headers=admin, json=body)).raise_for_status()
    return given[0]


async def ask_everybody(running: RunningDemo) -> str:
    """Asks all couriers for a parcel that waits, as the demo's dispatcher; its number.

    Raises SystemExit where none waits.
    """
    async with _asking(running) as client:
        bearer = await _signed_in(client, "admin")
        wanted = {"status": "available"}
        waiting = (await client.get("/api/deliveries/", headers=bearer, params=wanted)).raise_for_status().json()
        for number in [str(one["id"]) for one in waiting["results"]]:
            body = {"mode": "all", "deadline_s": DEADLINE_S}
            reply = await client.post(f"/api/deliveries/{number}/offers/", headers=bearer, json=body)
            if reply.is_success and any(one["offers"] for one in reply.json()["searches"]):
                return number
    raise SystemExit("Of the demo's parcels none waits for which somebody could be asked.")


def _asking(running: RunningDemo) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=ANSWERS_WITHIN_S)


async def _signed_in(client: httpx.AsyncClient, role: str) -> dict[str, str]:
    """The header of a demo's person."""
    told = (await client.get("/pages/demo.json")).raise_for_status().json()
    tokens = (await client.post("/api/v1/auth/token/", json=told["accounts"][role])).raise_for_status().json()
    return {"Authorization": f"Bearer {tokens['access']}"}
