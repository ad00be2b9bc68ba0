"""What people read at the end of a replay."""

import io

from rich.console import Console

from api.simulation.replay.summary import print_summary, summary
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Row, Traces, Unusable


def printed(tally: Tally, *, interrupted: bool = False) -> str:
    rows = [Row(1_441_540_800_000 + n, n, 1.0, 2.0, None, None) for n in range(10)]
    traces = Traces("epoch", {"[/bus]": rows}, {"no time": Unusable(7, [3, 4, 5, 6, 8])}, 4)
    out = io.StringIO()
    result = summary("file.csv", "http://127.0.0.1:1", traces, [], tally, interrupted=interrupted)
    print_summary(Console(file=out, width=200), result)
    return out.getvalue()


def test_the_table_names_every_ping_that_was_not_stored_and_why() -> None:
    tally = Tally(10, sent=8, settled=8, skipped=2)
    tally.ack_times.record(0.010, 7)
    tally.ack_times.record(0.500)
    tally.count_reject("out_of_range", "[/bus]", 12)
    tally.end()
    text = printed(tally)
    assert "7 — no time (lines 3, 4, 5, 6, 8, …)" in text
    assert "1 (vehicle [/bus], line 12)" in text
    assert "p50 10.0 ms, p99 500.0 ms" in text
    assert "4 times name no offset and were taken as UTC." in text
    assert "goes on where this ended" not in text


def test_what_is_left_to_do_is_said_in_a_sentence() -> None:
    tally = Tally(10, sent=8, settled=6, missing=1, failed={"[/bus]": "the server does not come back: no answer"})
    tally.end()
    text = printed(tally)
    assert "Vehicles that gave up: 1 ([/bus]): the server does not come back: no answer." in text
    assert "it has lost them" in text
    assert "The same command goes on where this ended." in text
    assert "Interrupted." in printed(tally, interrupted=True)
