"""The same trace as our app, as OsmAnd and as OwnTracks: one final state, whichever way it came."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli.context import operating
from api.cli.replay import replay_file
from api.simulation.replay.reading import read_traces
from api.simulation.replay.sending_protocols import PROTOCOLS, SendingProtocol
from api.simulation.replay.traces import Row, Traces
from tests.support.real_data import gps
from tests.support.server_process import ServerProcess

Write = Callable[..., Path]
Replayed = Callable[[Path, SendingProtocol], Awaitable[dict[str, Any]]]
# A cell of Redis' geo index is under a metre.
GEO_DEGREES = 1e-5
PHONES = (SendingProtocol.OSMAND, SendingProtocol.OWNTRACKS)
# What OwnTracks rounds: to whole kilometres an hour and whole degrees.
HALF_KMH_MPS, HALF_DEGREE = 0.5 / 3.6, 0.5


class Stored(NamedTuple):
    """One row of the history; times in ms before the newest of the file."""

    before_ms: int
    lat: float
    lon: float
    flags: tuple[str, ...]


class State(NamedTuple):
    """What one way left behind, by vehicle."""

    rows: dict[str, list[Stored]]
    measures: dict[str, list[tuple[float | None, float | None]]]
    """Speed in m/s and heading in degrees, in the same order."""
    live: dict[str, Stored]
    indexed: dict[str, tuple[float, float]]


def whole_seconds(traces: Traces) -> dict[str, list[Row]]:
    """Of a vehicle's rows within one second the first: OwnTracks cannot tell them apart."""
    kept: dict[str, list[Row]] = {}
    for vehicle, rows in traces.rows_of.items():
        kept[vehicle] = list({row.time_ms // 1000: row for row in reversed(rows)}.values())[::-1]
    return kept


def written_for(way: SendingProtocol, rows_of: dict[str, list[Row]], write: Write) -> Path:
    """The rows with vehicles of this way's own, so that each way begins with nothing."""
    lines = ["vehicle_id,timestamp,latitude,longitude,speed_mps,bearing"]
    for vehicle, rows in rows_of.items():
        for row in rows:
            measures = ",".join("" if one is None else repr(one) for one in (row.speed_mps, row.heading_deg))
            lines.append(f"{way}-{vehicle},{row.time_ms // 1000 * 1000},{row.lat!r},{row.lon!r},{measures}")
    return write(*lines, name=f"{way}.csv")


async def state_after(server: ServerProcess, way: SendingProtocol, path: Path, summary: dict[str, Any]) -> State:
    """Once the log is worked off."""
    traces = read_traces(str(path))
    vehicles = {number: name.partition("-")[2] for name, number in summary["transporters"].items()}
    found = await server.stored_of(list(vehicles))
    newest = max(row["recorded_at"] for row in found)
    state = State({}, {}, {}, {})
    for row in sorted(found, key=lambda row: (row["recorded_at"], row["seq"])):
        vehicle = vehicles[row["transporter_id"]]
        before_ms = round((newest - row["recorded_at"]).total_seconds() * 1000)
        state.rows.setdefault(vehicle, []).append(Stored(before_ms, row["lat"], row["lon"], tuple(row["flags"])))
        state.measures.setdefault(vehicle, []).append((row["speed_mps"], row["heading_deg"]))
    async with operating(server.settings) as services:
        # Whether online or not: a long file's first vehicles are not any more when the last has come.
        live = {number: await services.live.find_update(number) for number in vehicles}
    for number, update in live.items():
        assert update is not None
        before_ms = round(newest.timestamp() * 1000) - update.fix.recorded_ms
        state.live[vehicles[number]] = Stored(before_ms, update.fix.lat, update.fix.lon, ())
    indexed = await server.indexed()
    state.indexed.update({vehicle: indexed[number] for number, vehicle in vehicles.items() if number in indexed})
    assert traces.rows == len(found), way
    return state


@pytest.fixture
def replayed(replay_server: ServerProcess, capsys: pytest.CaptureFixture[str]) -> Replayed:
    """The command, without the time that a process of its own takes to start; its summary."""

    async def run(path: Path, way: SendingProtocol) -> dict[str, Any]:
        code = await replay_file(replay_server.settings, str(path), "max", None, way=way, as_json=True)
        summary: dict[str, Any] = json.loads(capsys.readouterr().out)
        # 1 where the server rejected more than a few: those of the test that wants it are most of its rows.
        assert (code, summary["failed_vehicles"]) == (int(bool(summary["rejected"])), {})
        return summary

    return run


async def check_ways(
    server: ServerProcess, replayed: Replayed, rows_of: dict[str, list[Row]], write: Write
) -> dict[SendingProtocol, dict[str, Any]]:
    """Replay each way, compare, and replay again, which must add nothing; returns the first summaries."""
    rows = sum(map(len, rows_of.values()))
    states: dict[SendingProtocol, State] = {}
    summaries: dict[SendingProtocol, dict[str, Any]] = {}
    for way in SendingProtocol:
        path = written_for(way, rows_of, write)
        summaries[way] = await replayed(path, way)
        assert (summaries[way]["acknowledged"], summaries[way]["rejected"]) == (rows, {})
        states[way] = await state_after(server, way, path, summaries[way])
        again = await replayed(path, way)
        assert (again["sent"], again["skipped"], again["complete"]) == (0, rows, True)
        assert await state_after(server, way, path, again) == states[way]
    ours = states[SendingProtocol.WEBSOCKET]
    for way in PHONES:
        assert states[way].rows == ours.rows
        assert states[way].live == ours.live
        assert states[way].indexed.keys() == ours.indexed.keys()
        for vehicle, place in ours.indexed.items():
            assert states[way].indexed[vehicle] == pytest.approx(place, abs=GEO_DEGREES)
        speeds, headings = (1e-9, 1e-9) if way is SendingProtocol.OSMAND else (HALF_KMH_MPS + 1e-6, HALF_DEGREE)
        for vehicle, measures in ours.measures.items():
            for (speed, heading), (its_speed, its_heading) in zip(measures, states[way].measures[vehicle], strict=True):
                assert its_speed == (None if speed is None else pytest.approx(speed, abs=speeds))
                assert its_heading == (None if heading is None else pytest.approx(heading, abs=headings))
    return summaries


def drive(vehicle: str, count: int) -> list[str]:
    """A made-up drive: stops, a jump that nobody can drive, and fields that are sometimes missing."""
    lines = []
    for n in range(count):
        lat, lon = 27.7 + n * 1e-4 + (1.0 if n == count // 2 else 0.0), 85.3 + (n // 7) * 2e-4
        speed_kmh = "" if n % 5 == 0 else n % 60 + 0.3
        lines.append(f"{vehicle},{1441540800 + 11 * n},{lat!r},{lon!r},{speed_kmh},{n % 360}.25")
    return lines


@pytest.mark.slow
async def test_a_trace_ends_the_same_over_websocket_osmand_and_owntracks_and_again_adds_nothing(
    replay_server: ServerProcess, replayed: Replayed, write_csv: Write
) -> None:
    header = "vehicle_id,timestamp,latitude,longitude,speed_kmh,bearing"
    path = write_csv(header, *drive("a", 40), *drive("b", 25), *drive("c", 1))
    await check_ways(replay_server, replayed, whole_seconds(read_traces(str(path))), write_csv)


@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["munich-1hz.csv.gz", "liverpool-bus.csv.gz", "capmetro-2015-09-06.csv.gz"])
async def test_a_real_file_ends_the_same_over_websocket_osmand_and_owntracks(
    replay_server: ServerProcess, replayed: Replayed, write_csv: Write, name: str
) -> None:
    summaries = await check_ways(replay_server, replayed, whole_seconds(read_traces(str(gps(name)))), write_csv)
    for way, summary in summaries.items():
        print(name, way, summary["pings"], summary["seconds"], summary["pings_per_s"], summary["ack_ms"])


async def test_what_the_server_rejects_of_a_phone_has_the_socket_s_names(replayed: Replayed, write_csv: Write) -> None:
    path = write_csv(
        "vehicle_id,timestamp,latitude,longitude", "p,1985-09-06T12:00:00Z,1,2", "p,2015-09-06T12:00:00Z,91,2",
        "p,2015-09-06T12:00:01Z,10,20", "p,2015-09-06T12:00:02Z,0,0",
    )  # fmt: skip
    for way in PHONES:
        summary = await replayed(path, way)
        assert summary["rejected"] == {"too_old": 1, "out_of_range": 1, "null_island": 1}
        assert summary["rejected_examples"]["out_of_range"] == ["p, line 3"]


def test_every_protocol_is_replayed_by_one_of_the_ways() -> None:
    assert set(PROTOCOLS) == set(PHONES)
