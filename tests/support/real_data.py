"""Real data that lies outside the repository."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("DISPATCH_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def gps(name: str) -> Path:
    """A real file, read where it lies."""
    path = DATA / "gps" / name
    if not path.exists():
        pytest.skip("data not found, skipped")
    return path
