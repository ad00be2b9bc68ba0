"""uvicorn's server for a program that has its own way with signals."""

import contextlib
from collections.abc import Generator

import uvicorn


class UvicornServer(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after stopping, in the middle of our own cleaning up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield
