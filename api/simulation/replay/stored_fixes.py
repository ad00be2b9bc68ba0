"""What the server has of a vehicle's phone already, asked of the API as its transporter may."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from api.simulation.accounts.devices import Device

AT_ONCE = 4
PAGE_SIZE = 100
ANSWERS_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Phone:
    """A vehicle's device, and the times in ms since 1970 of what is stored of it."""

    device: Device
    stored: frozenset[int]


async def phones_of(
    base: str, devices: Sequence[Device], token_of: Callable[[Device], str], *, from_ms: int, to_ms: int
) -> list[Phone]:
    """The devices with what is stored of them between two moments. Raises httpx.HTTPError."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=base, timeout=ANSWERS_WITHIN_S, trust_env=False) as http:

        async def one(device: Device) -> Phone:
            async with gate:
                return Phone(device, await _stored(http, device, token_of, from_ms, to_ms))

        return list(await asyncio.gather(*map(one, devices)))


async def _stored(
    http: httpx.AsyncClient, device: Device, token_of: Callable[[Device], str], from_ms: int, to_ms: int
) -> frozenset[int]:
    """Each page begins at the newest fix of the one before, so that the last costs no more than the first."""
    path = f"/api/transporters/{device.driver.transporter_id}/positions/"
    stored: set[int] = set()
    page = 1
    while from_ms <= to_ms:
        query: dict[str, str | int] = {
            "from": _written(from_ms),
            "to": _written(to_ms),
            "page": page,
            "page_size": PAGE_SIZE,
        }
        reply = await http.get(path, params=query, headers={"Authorization": f"Bearer {token_of(device)}"})
        fixes = reply.raise_for_status().json()["results"]
        stored.update(_ms(fix["recorded_at"]) for fix in fixes if fix["device"] == device.name)
        if len(fixes) < PAGE_SIZE:
            break
        newest_ms = _ms(fixes[-1]["recorded_at"])
        page = page + 1 if newest_ms == from_ms else 1  # a whole page of one moment: of several devices
        from_ms = newest_ms
    return frozenset(stored)


def _written(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
