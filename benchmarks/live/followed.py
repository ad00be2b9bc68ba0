"""Our server with parcels under way, so that there is something to watch."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from api.cli.context import operating
from api.simulation.accounts.drivers import find_or_make_drivers
from api.simulation.load.parcels import find_or_make_parcels
from benchmarks.live.peers import Peer, ours
from dispatch.settings import Settings

LIFE = timedelta(hours=2)
READY_WITHIN_S = 60.0


@dataclass(frozen=True)
class Followed:
    """A server, its transporters' tokens in the peer, and one parcel's tracking number for each of the first ones."""

    peer: Peer
    parcels: list[str]
    settings: Settings


@asynccontextmanager
async def followed(folder: Path, transporters: int, parcels: int) -> AsyncIterator[Followed]:
    """``dispatch serve`` with so many transporters, the first ``parcels`` of them with a parcel."""
    async with ours(folder, 0) as peer:
        settings = Settings(data_dir=folder, port=peer.port)
        base = f"http://127.0.0.1:{peer.port}"
        async with httpx.AsyncClient(timeout=READY_WITHIN_S, trust_env=False) as client:
            (await client.get(f"{base}/health/ready/")).raise_for_status()
        async with operating(settings) as services:
            drivers = await find_or_make_drivers(services, [f"load-{number}" for number in range(1, transporters + 1)])
            numbers = await find_or_make_parcels(services, base, drivers[:parcels])
            tokens = tuple(driver.token(services.accounts.tokens, LIFE) for driver in drivers)
        yield Followed(dataclasses.replace(peer, tokens=tokens), numbers, settings)
