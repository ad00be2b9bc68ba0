"""`make lint` means the same on every Python that is supported."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_mypy_reads_the_stubs_of_the_python_that_runs_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    # Stubs of numpy for 3.12 and newer are written in that version's syntax: read as 3.11 they say nothing.
    assert "python_version" not in project["tool"]["mypy"]
    assert project["tool"]["mypy"]["strict"] is True


def test_every_supported_python_has_a_numpy_of_its_own() -> None:
    pins = (ROOT / "requirements" / "dev.txt").read_text()
    assert "numpy==" in pins
    for marker in ("python_full_version < '3.12'", "python_full_version >= '3.12'"):
        assert any(line.startswith("numpy==") and marker in line for line in pins.splitlines())
