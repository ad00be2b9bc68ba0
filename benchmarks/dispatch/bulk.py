"""``POST /api/auto-assign/`` over all that wait: planned, committed, published; and what others notice meanwhile."""

import dataclasses
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from api.cli.context import operating
from api.simulation.accounts.drivers import find_or_make_drivers
from benchmarks.dispatch.beside import noticing
from benchmarks.dispatch.city import City, settle
from benchmarks.live.peers import ours
from dispatch.accounts.models import User
from dispatch.accounts.service import Accounts
from dispatch.settings import Settings

CITIES = {
    "bulk": (City(5_000, 10_000), 8.0),
    "bulk-city": (City(10_000, 10_000), 12.0),
    "bulk-heavy": (City(5_000, 10_000, heavy=True), 15.0),
    "bulk-large": (City(20_000, 20_000), 40.0),
}
"""Each with how many seconds it may take."""
PHONES = 50
LIFE = timedelta(hours=2)
ANSWERS_WITHIN_S = 600.0
READY_WITHIN_S = 60.0
MOST_PAUSE_MS, MOST_ACK_MS = 50.0, 60.0


async def measure(folder: Path, figure: str) -> dict[str, Any]:
    """One city on a server of its own."""
    city, must_stay_under = CITIES[figure]
    async with ours(folder, 0) as started:
        settings = Settings(data_dir=folder, port=started.port)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{started.port}", timeout=ANSWERS_WITHIN_S, trust_env=False
        ) as http:
            (await http.get("/health/ready/", timeout=READY_WITHIN_S)).raise_for_status()
            async with operating(settings) as services:
                await settle(services.database, services.redis, services.keys, city)
                names = [f"load-{number}" for number in range(1, PHONES + 2)]
                drivers = await find_or_make_drivers(services, names)
                tokens = tuple(driver.token(services.accounts.tokens, LIFE) for driver in drivers)
                async with services.database.work() as work:
                    admin = User(email="admin@bench.invalid", password_hash="none", name="Admin", roles=["admin"])  # noqa: S106
                    work.session.add(admin)
                    await work.session.flush()
                    access = Accounts(work, services.accounts.tokens, services.clock).open_sign_in(admin).access
            peer = dataclasses.replace(started, tokens=tokens)
            headers = {"Authorization": f"Bearer {access}"}
            # The first request loads what answers it. The solver's process starts with the plan that is measured, as it
            # does where nobody has looked at the console before.
            warm = await http.post(
                "/api/auto-assign/",
                json={"max_assignments": 1, "dry_run": True, "time_range_hours": 1e-6},
                headers=headers,
            )
            warm.raise_for_status()
            async with noticing(peer, range(PHONES)) as noticed:
                cpu_s, begun = peer.cpu_s(), time.monotonic()
                answer = await http.post("/api/auto-assign/", json={}, headers=headers)
                seconds, cpu_s = time.monotonic() - begun, peer.cpu_s() - cpu_s
            answer.raise_for_status()
            summary = answer.json()["summary"]
    return {
        "city": city.name,
        "seconds": seconds,
        "must_stay_under": must_stay_under,
        "worker_cpu_s": cpu_s,
        "assigned": summary["successful_assignments"],
        "failed": summary["failed_assignments"],
        "gap": 1 - summary["planned_total"] / summary["upper_bound"] if summary["upper_bound"] else 0.0,
        "certified": summary["certified_optimal"],
        "longest_pause_ms": noticed.longest_pause_ms,
        "ack_p99_ms": noticed.ack_p99_ms,
    }
