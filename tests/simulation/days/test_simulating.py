"""`dispatch simulate` as it is used: the whole day through a real server, and mistakes named before one is started."""

import json
import os
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from api.cli.main import main
from api.simulation.days.policies import POLICIES
from tests.support.commands import begin
from tests.support.server_process import ended
from tests.support.waiting import until

ORDERS = 6


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["simulate", *arguments])
    assert done.exit_code == 2, done.output
    return done.output


def folders(of: Path) -> list[Path]:
    """Of days that are being simulated and have begun to start their servers."""
    return [path for path in of.glob("dispatch-day-*") if any(path.iterdir())]


async def simulated(day: Path, *options: str) -> dict[str, Any]:
    outcome = await ended(begin("simulate", "--day", str(day), "--json", "-", *options, environment=dict(os.environ)))
    assert outcome.code == 0, outcome.err
    return outcome.summary


def test_mistakes_are_named_before_a_server_is_started(day_folder: Path, tmp_path: Path) -> None:
    day = str(day_folder)
    assert "There is no policy best; there are greedy, single, bulk" in refused("--day", day, "--policy", "best")
    assert "does not exist" in refused("--day", str(tmp_path / "nowhere"))
    assert "--instance 5 is not in instances.csv" in refused("--day", day, "--instance", "5")
    assert "there is no folder" in refused("--day", day, "--chart", str(tmp_path / "no" / "chart.svg"))
    assert "there is no folder" in refused("--day", day, "--json", str(tmp_path / "no" / "report.json"))
    assert "is not a number" in refused("--day", day, "--acceptance", "nan")
    assert "is not a whole number" in refused("--day", day, "--orders", "1_0")
    assert "Missing option '--day'" in refused()


@pytest.mark.slow
@pytest.mark.parametrize("policy", [policy.name for policy in POLICIES])
async def test_a_day_ends_with_every_parcel_at_its_door_by_each_policy(day_folder: Path, policy: str) -> None:
    told = await simulated(day_folder, "--policy", policy)
    found = told["policies"][policy]
    assert (found["orders"], found["assigned"], found["delivered"]) == (ORDERS, ORDERS, ORDERS)
    assert found["unheard"] == 0
    assert found["scored"] == ORDERS
    assert 0 < found["score"] <= 100
    assert found["total_km"] > found["to_pickups_km"] > 0
    assert 0 < found["utilisation"] < 1
    assert told["complete"]


@pytest.mark.slow
async def test_the_same_seed_is_the_same_day_again(day_folder: Path, tmp_path: Path) -> None:
    chart = tmp_path / "day.svg"
    options = ("--policy", "single", "--orders", "3", "--seed", "5", "--chart", str(chart))
    one, other = [(await simulated(day_folder, *options))["policies"]["single"] for _ in range(2)]
    for told in (one, other):
        del told["real_s"]
    assert one == other
    assert ET.parse(chart).getroot().tag.endswith("svg")  # noqa: S314  # our own


@pytest.mark.slow
async def test_a_day_that_is_broken_off_leaves_nothing_behind(day_folder: Path, tmp_path: Path) -> None:
    environment = dict(os.environ) | {"TMPDIR": str(tmp_path)}
    report = tmp_path / "report.json"
    command = begin("simulate", "--day", str(day_folder), "--json", str(report), environment=environment)

    async def has_begun() -> bool:
        return bool(folders(tmp_path))

    await until(has_begun)
    command.send_signal(signal.SIGINT)
    outcome = await ended(command)
    assert outcome.code == 130, outcome.err
    assert not folders(tmp_path)
    if report.exists():
        assert len(json.loads(report.read_text())["policies"]) < len(POLICIES)
