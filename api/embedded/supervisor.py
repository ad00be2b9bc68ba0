"""Brings back what dies: an embedded service lives as long as the server that runs it."""

import asyncio
import time
from collections.abc import Callable
from typing import NoReturn, Protocol

import structlog

from api.embedded.errors import EmbeddedError
from dispatch.jobs.repeated_failures import RepeatedFailures

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.1
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 10.0
# A service that ran for so long since its last start is well again: its next death is a first one.
WELL_AFTER_S = 30.0


class RestartableService(Protocol):
    """A service that may die and can be started again where it was."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        ...

    async def start(self) -> None:
        """Start it and wait until it works. Raises EmbeddedError or OSError."""
        ...

    async def tidy(self) -> None:
        """Make room for the next start: end what is left of the last one. Raises EmbeddedError or OSError."""
        ...


# Told the name of a service and what is wrong with it; None once nothing is.
Note = Callable[[str, str | None], None]


async def keep_running(service: RestartableService, note: Note) -> NoReturn:
    """Start ``service`` again whenever it has ended, after a pause that doubles up to ten seconds; never returns.

    It does not give up: what keeps a service from running (a full disk, no memory) passes without a word to us, and
    then it shall run again without a person. Every death and every vain attempt is logged as an error.
    """
    attempts = 0
    while True:
        started = time.monotonic()
        while service.exit_code is None:  # noqa: ASYNC110  # by looking, as `Program.wait` does
            await asyncio.sleep(LOOK_EVERY_S)
        if time.monotonic() - started > WELL_AFTER_S:
            attempts = 0
        log.error("an embedded service has ended and is started again", service=service.name, exit=service.exit_code)
        attempts = await _bring_back(service, note, attempts)


async def _bring_back(service: RestartableService, note: Note, attempts: int) -> int:
    """Until it works; how many attempts there were since it was last well."""
    failures = RepeatedFailures(
        failed="an embedded service could not be started",
        waits="an embedded service does not start",
        is_defect=lambda error: not isinstance(error, EmbeddedError | OSError),
        service=service.name,
    )
    while True:
        attempts += 1
        note(service.name, f"has ended, is started again (attempt {attempts})")
        await asyncio.sleep(min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(attempts - 1, 10)))
        started = False
        with failures.noted():
            await service.tidy()
            await service.start()
            started = True
        if not started:
            continue
        log.warning("an embedded service works again", service=service.name, attempt=attempts)
        note(service.name, None)
        return attempts
