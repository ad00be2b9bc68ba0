"""An endless loop goes on whatever a round raises, and fills no disk with telling it."""

import asyncio

from structlog.testing import capture_logs

from dispatch.jobs.repeated_failures import TOLD_EVERY, RepeatedFailures


def _failures(**more: float) -> RepeatedFailures:
    return RepeatedFailures(
        failed="failed", waits="waits", is_defect=lambda error: not isinstance(error, OSError), **more
    )


def _fail(failures: RepeatedFailures, error: Exception) -> None:
    with failures.noted():
        raise error


def test_of_a_thousand_failures_of_a_kind_a_few_are_told_and_every_kind_is_told_once_in_whole() -> None:
    failures = _failures()
    with capture_logs() as lines:
        for _ in range(1000):
            _fail(failures, KeyError("a"))
            _fail(failures, ValueError("b"))
    told = [line for line in lines if line["log_level"] == "error"]
    assert [line.get("times") for line in told[::2]] == [None, 2, 4, 8, 16, 32, 64, 128, TOLD_EVERY, 512, 768]
    assert [type(line["exc_info"]) for line in told if "exc_info" in line] == [KeyError, ValueError]


def test_what_fails_now_and_then_is_not_told_like_something_new_each_time() -> None:
    failures = _failures()
    with capture_logs() as lines:
        for _ in range(100):
            _fail(failures, KeyError("a"))
            failures.well()
    assert sum("exc_info" in line for line in lines if line["log_level"] == "error") == 1
    again = [line for line in lines if line["event"] == "works again"]
    assert len(again) == sum(line["event"] == "failed" and line["log_level"] == "error" for line in lines) < 10


def test_a_failure_after_a_long_quiet_is_told_in_whole_again() -> None:
    failures = _failures(quiet_s=0)
    with capture_logs() as lines:
        for _ in range(3):
            _fail(failures, KeyError("a"))
    assert sum("exc_info" in line for line in lines if line["log_level"] == "error") == 3


def test_an_outage_is_a_line_and_never_a_traceback() -> None:
    failures = _failures()
    with capture_logs() as lines:
        for _ in range(3):
            _fail(failures, ConnectionError("nobody answers\nand more"))
    told = [line for line in lines if line["log_level"] != "debug"]
    assert [(line["event"], line["log_level"], line["times"]) for line in told] == [
        ("waits", "warning", 1),
        ("waits", "warning", 2),
    ]
    assert {line["error"] for line in told} == {"ConnectionError: nobody answers"}


async def test_a_loop_still_ends_when_it_is_cancelled() -> None:
    failures = _failures()
    begun = asyncio.Event()

    async def for_ever() -> None:
        while True:
            with failures.noted():
                begun.set()
                await asyncio.Event().wait()

    loop = asyncio.create_task(for_ever())
    await begun.wait()
    loop.cancel()
    await asyncio.wait({loop})
    assert loop.cancelled()
