"""What pages show beside their first room: other rooms, and what comes only when somebody has acted."""

from typing import Final

import httpx

from benchmarks.pages.demo import RunningDemo

ROOMS: Final = {
    "password": "/api/v1/auth/password/forgot/",
    **{f"ops-{room}": f"/ops/{room}" for room in ("search", "held", "refunds", "reviews", "transporters", "documents")},
    **{f"ops-{room}": f"/ops/{room}" for room in ("categories", "users", "webhooks", "keys", "audit")},
    **{
        f"seller-{room}": f"/seller/{room}"
        for room in ("returns", "products", "import", "figures", "tracking", "proof")
    },
    **{f"courier-{room}": f"/courier/{room}" for room in ("shifts", "documents", "earnings", "ratings", "phone")},
    "shop-orders": "/shop/orders",
    "shop-settings": "/shop/settings",
    **{f"console-{room}": f"/console/{room}" for room in ("zones", "assigning", "shifts", "replay")},
}
"""Where they lie, by the names of their pictures."""
OFFERS: Final = {"courier-offers": "/courier", "console-offers": "/console?delivery={delivery}&panel=detail"}
"""A courier who is asked, and the dispatcher who asks; the last, for whoever does not answer goes off duty."""
ANSWERS_WITHIN_S: Final = 60
# Longer than all pictures of a page take.
DEADLINE_S: Final = 120


async def ask_everybody(running: RunningDemo) -> int:
    """Asks all couriers for a parcel that waits, as the demo's dispatcher; its number.

    Raises SystemExit where none waits.
    """
    async with httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=ANSWERS_WITHIN_S) as client:
        told = (await client.get("/pages/demo.json")).raise_for_status().json()
        tokens = (await client.post("/api/v1/auth/token/", json=told["accounts"]["admin"])).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        waiting = (await client.get("/api/deliveries/", params={"status": "available"})).raise_for_status().json()
        for number in [int(one["id"]) for one in waiting["results"]]:
            body = {"mode": "all", "deadline_s": DEADLINE_S}
            reply = await client.post(f"/api/deliveries/{number}/offers/", json=body)
            if reply.is_success and any(one["offers"] for one in reply.json()["searches"]):
                return number
    raise SystemExit("Of the demo's parcels none waits for which somebody could be asked.")
