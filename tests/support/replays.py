"""What a replay of a file must have left behind."""

from collections import defaultdict

import asyncpg
import pytest

from api.simulation.replay.traces import Traces
from tests.support.server_process import ServerProcess

CAPMETRO = "capmetro-2015-09-06.csv.gz"
# A cell of Redis' geo index is under a metre.
GEO_DEGREES = 1e-5


def check_exactly_once(traces: Traces, transporters: dict[str, int], rows: list[asyncpg.Record]) -> None:
    """Every row of the file is stored once, under its number in the vehicle's order of time."""
    stored: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for row in rows:
        assert row["seq"] not in stored[row["transporter_id"]]
        stored[row["transporter_id"]][row["seq"]] = (row["lat"], row["lon"])
    assert stored == {
        transporters[vehicle]: {seq: (one.lat, one.lon) for seq, one in enumerate(fixes, start=1)}
        for vehicle, fixes in traces.rows_of.items()
    }


async def check_map(server: ServerProcess, traces: Traces, transporters: dict[str, int]) -> None:
    """The geo index holds each vehicle's newest fix."""
    indexed = await server.indexed()
    for vehicle, fixes in traces.rows_of.items():
        assert indexed[transporters[vehicle]] == pytest.approx((fixes[-1].lat, fixes[-1].lon), abs=GEO_DEGREES)
