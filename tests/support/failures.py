"""What fails is said at once, in one line; the whole of it comes at the end of the run."""

import pytest
from _pytest.terminal import TerminalReporter

LONGEST = 300


class FailuresAtOnce:
    """Where several processes share a run, part of the one that reports."""

    def __init__(self, terminal: TerminalReporter) -> None:
        self._terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test, of what it needs, or of what is put away after it."""
        if report.failed:
            part = "" if report.when == "call" else f" ({report.when})"
            self._terminal.write_line(f"\n{report.nodeid}{part}: {_reason(report)}", red=True)


def _reason(report: pytest.TestReport) -> str:
    """The first line of the error."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(report.longrepr if crash is None else crash.message).strip().splitlines()
    return next(iter(lines), "")[:LONGEST]
