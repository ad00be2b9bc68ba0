"""A tiny day of our own in files, in the format of the recorded ones."""

from pathlib import Path

import pytest

from tests.simulation.days.drawn_day import write_day


@pytest.fixture
def day_folder(tmp_path: Path) -> Path:
    """Six orders, three couriers, two restaurants; two instances and schedules."""
    folder = tmp_path / "day"
    folder.mkdir()
    write_day(folder)
    return folder
