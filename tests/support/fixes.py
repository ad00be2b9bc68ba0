"""Fixes as the history stores them, for tests that bring none over a socket."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from realtime.fixes import LoggedRun
from realtime.protocol import Fix


def run_of(
    transporter_id: int, fixes: Sequence[Fix], *, device: str = "phone", epoch: str = "e", flags: Iterable[str] = ()
) -> LoggedRun:
    """Fixes of one device that came just now, all with these flags."""
    received_ms = int(datetime.now(UTC).timestamp() * 1000)
    return LoggedRun(
        transporter_id, device, epoch, received_ms, {fix.seq: list(flags) for fix in fixes if flags}, list(fixes)
    )
