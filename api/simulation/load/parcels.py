"""Parcels to watch: ordered, paid at the sandbox gateway, and accepted by the run's transporters, all over the API."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from api.server.backing_services import find_sandbox
from api.server.services import Services
from api.simulation.accounts.drivers import Driver
from api.simulation.accounts.shop import customer_token, seller_token
from api.simulation.baskets import PHONE, buy
from api.simulation.load.schedule import CITY
from api.terminal.errors import CommandError

ANSWERS_WITHIN_S = 60.0
AT_ONCE = 4
LIFE = timedelta(minutes=10)
UNDER_WAY = ("assigned", "picked_up", "in_transit")
# Far from where anyone of the run drives: nobody arrives, so no parcel changes its status while it is watched.
PICKUP, DROPOFF = (CITY[0] + 0.4, CITY[1] + 0.4), (CITY[0] + 0.5, CITY[1] + 0.5)


async def find_or_make_parcels(services: Services, base: str, drivers: Sequence[Driver]) -> list[str]:
    """Tracking numbers, one under way for each driver; those of an earlier run are found again. Raises CommandError."""
    async with httpx.AsyncClient(base_url=base, timeout=ANSWERS_WITHIN_S, trust_env=False) as http:
        shop = _Shop(services, http)
        try:
            known = await shop.under_way(drivers)
            without = [driver for driver in drivers if driver.transporter_id not in known]
            if without:
                known |= await shop.send_off(without)
        except httpx.HTTPStatusError as error:
            said = f"{error.request.method} {error.request.url.path} answered HTTP {error.response.status_code}"
            raise CommandError(f"No parcels could be made: {said}: {error.response.text[:300]}") from None
        except httpx.HTTPError as error:
            raise CommandError(f"No parcels could be made: {type(error).__name__} {error}") from None
    return [known[driver.transporter_id] for driver in drivers]


class _Shop:
    """A seller with one product a parcel and a customer who buys them all in one order."""

    def __init__(self, services: Services, http: httpx.AsyncClient) -> None:
        self._services = services
        self._http = http

    async def under_way(self, drivers: Sequence[Driver]) -> dict[int, str]:
        """Tracking numbers of what the drivers have already, by transporter. Raises httpx.HTTPError."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def newest(driver: Driver) -> str | None:
            async with gate:
                token = self._token_of(driver)
                for status in UNDER_WAY:
                    path = f"/api/transporters/{driver.transporter_id}/deliveries/"
                    page = await self._call("GET", path, token, status=status, page_size=1)
                    if page["results"]:
                        return str(page["results"][0]["tracking_number"])
            return None

        found = zip(drivers, await asyncio.gather(*map(newest, drivers)), strict=True)
        return {driver.transporter_id: number for driver, number in found if number is not None}

    async def send_off(self, drivers: Sequence[Driver]) -> dict[int, str]:
        """Tracking numbers by transporter. Raises httpx.HTTPError and CommandError."""
        sandbox = find_sandbox(self._services.settings)
        if self._services.settings.khalti_secret_key is not None or sandbox is None:
            raise CommandError(
                "Watchers need parcels and parcels are paid for, which a load run does at the sandbox gateway alone. "
                "This server has another one: use --watchers 0, or a server without KHALTI_SECRET_KEY."
            )
        seller, customer = await seller_token(self._services), await customer_token(self._services)
        # Watchers are sent what phones send, wherever that is: the parcels of a load run come near no door.
        await self._call("PATCH", "/api/marketplace/seller/tracking-privacy/", seller, {"position": "under_way"})
        sales = await buy(self._http, seller, customer, len(drivers), sandbox_url=sandbox.base_url)
        gate = asyncio.Semaphore(AT_ONCE)

        async def carry(driver: Driver, sale_id: int) -> tuple[int, str]:
            async with gate:
                made = await self._post("/api/deliveries/create/", seller, _parcel(sale_id))
                await self._post(f"/api/deliveries/{made['id']}/accept/", self._token_of(driver), {})
            return driver.transporter_id, str(made["tracking_number"])

        return dict(await asyncio.gather(*(carry(*pair) for pair in zip(drivers, sales, strict=True))))

    def _token_of(self, driver: Driver) -> str:
        return driver.token(self._services.accounts.tokens, LIFE)

    async def _post(self, path: str, token: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        return await self._call("POST", path, token, body)

    async def _call(self, method: str, path: str, token: str, body: object = None, **query: str | int) -> Any:  # noqa: ANN401  # JSON
        headers = {"Authorization": f"Bearer {token}"}
        reply = await self._http.request(method, path, json=body, params=query or None, headers=headers)
        reply.raise_for_status()
        return reply.json()


def _parcel(sale_id: int) -> dict[str, Any]:
    return {
        "marketplace_sale_id": sale_id,
        "pickup_address": "Load test, pickup",
        "pickup_latitude": PICKUP[0],
        "pickup_longitude": PICKUP[1],
        "pickup_contact_name": "Load seller",
        "pickup_contact_phone": PHONE,
        "delivery_address": "Load test, drop-off",
        "delivery_latitude": DROPOFF[0],
        "delivery_longitude": DROPOFF[1],
        "delivery_contact_name": "Load customer",
        "delivery_contact_phone": PHONE,
        "package_weight": 1,
        "delivery_fee": "100.00",
    }
