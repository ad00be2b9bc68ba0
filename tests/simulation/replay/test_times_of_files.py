"""A column of times is understood as a whole, or refused by name: never a time that is another one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.simulation.replay.errors import BadRow, UnusableFile
from api.simulation.replay.reading import read_traces
from api.simulation.replay.times import time_column
from api.simulation.replay.traces import Reading
from api.simulation.replay.units import Time

Write = Callable[..., Path]
NOON = 1_441_540_800_000  # 2015-09-06T12:00:00Z
EVENING = 1_753_378_499_000  # 2025-07-24T17:34:59Z


def _times(path: Path, said: Reading | None = None) -> list[int]:
    traces = read_traces(str(path), said)
    assert not traces.bad_rows
    return [row.time_ms for rows in traces.rows_of.values() for row in rows]


@pytest.mark.parametrize(
    ("text", "ms", "bare"),
    [
        ("2015-09-06T07:00:00-05:00", NOON, False),
        ("2015-09-06 14:00:00+0200", NOON, False),
        ("2015-09-06 14:00:00 +02:00", NOON, False),
        ("2015-09-06T12:00:00.250Z", NOON + 250, False),
        ("2015-09-06 12:00:00 UTC", NOON, False),
        ("2015-09-06 12:00:00", NOON, True),
        ("2015-09-06T12:00:00,250", NOON + 250, True),
        ("2015/9/6 12:00", NOON, True),
        ("2015.09.06 12:00:00", NOON, True),
        ("20150906120000", NOON, True),
        ("20150906T120000Z", NOON, False),
        ("6 Sep 2015 12:00:00", NOON, True),
        ("06-SEP-15 12:00:00", NOON, True),
        ("Sep 6, 2015 12:00:00 PM", NOON, True),
        ("Sun, 06 Sep 2015 12:00:00 GMT", NOON, False),
        ("9/16/2015 12:00:00 AM", NOON + (9 * 24 + 12) * 3_600_000, True),
        ("16.09.2015 12:00", NOON + 240 * 3_600_000, True),
        ("1441540800", NOON, False),
        ("1441540800.25", NOON + 250, False),
        ("1441540800,25", NOON + 250, False),
        ("1441540800250", NOON + 250, False),
        ("1441540800250000", NOON + 250, False),
        ("1.4415408E9", NOON, False),
    ],
)
def test_times_are_understood_as_files_write_them(text: str, ms: int, bare: bool) -> None:
    assert time_column([(text, "")], name="time").read(text, "") == (ms, bare)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no time"),
        ("yesterday", "neither ISO 8601"),
        ("12:00:00", "a time without a date"),
        ("2015-09-06", "a date without a time"),
        ("2015-13-06 12:00:00", "neither ISO 8601"),
        ("2015-09-06 25:00:00", "neither ISO 8601"),
        ("1_441_540_800", "neither ISO 8601"),
        ("1e300", "not on this calendar"),
        ("9" * 400, "not on this calendar"),
    ],
)
def test_a_time_that_cannot_be_used_gets_a_reason(text: str, reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        time_column([(text, "")], name="time").read(text, "")


@pytest.mark.parametrize(
    ("column", "values", "apart"),
    [
        ("Timestamp(ms)", ("0", "1000", "2000"), 1000),
        ("time [s]", ("0", "1", "2"), 1000),
        ("t_us", ("0", "1000000", "2000000"), 1000),
        ("Timestamp (milliseconds)", ("1441540800000", "1441540801000", "1441540802000"), 1000),
        ("elapsed time (seconds)", ("0.0", "0.5", "1.0"), 500),
    ],
)
def test_the_unit_in_the_header_counts(column: str, values: tuple[str, ...], apart: int, write_csv: Write) -> None:
    times = _times(write_csv(f"vehicle,{column},lat,lon", *(f"a,{value},1,2" for value in values)))
    assert [later - times[0] for later in times] == [0, apart, 2 * apart]


@pytest.mark.parametrize("dates", [("250724", "250724"), ("20250724", "20250724"), ("24/07/2025", "24/07/2025")])
def test_a_date_and_a_clock_without_colons_are_seconds_apart(dates: tuple[str, str], write_csv: Write) -> None:
    path = write_csv("vehicle,DATE,TIME,lat,lon", f"a,{dates[0]},173459,1,2", f"a,{dates[1]},173501,1,2")
    assert _times(path) == [EVENING, EVENING + 2000]


def test_a_clock_keeps_its_leading_zeros_and_its_fractions(write_csv: Write) -> None:
    path = write_csv("vehicle,DATE,TIME,lat,lon", "a,250724,000001.50,1,2", "a,250724,93459,1,2")
    assert _times(path)[1] - _times(path)[0] == (9 * 3600 + 34 * 60 + 59 - 1) * 1000 - 500


def test_days_of_a_spreadsheet_are_days(write_csv: Write) -> None:
    rows = ("a,45862.5,1,2", "a,45862.50001157407,1,2")
    for path, said in (
        (write_csv("vehicle,Date Time,lat,lon", *rows), None),
        (write_csv("vehicle,timestamp,lat,lon", *rows, name="asked.csv"), Reading(time=Time.EXCEL)),
    ):
        times = _times(path, said)
        assert times[1] - times[0] == 1000
        assert times[0] == 1_753_358_400_000


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        ("timestamp", ("45862.5", "45862.6"), "no Unix time. Say what they count: --time s.*--time excel"),
        ("time", ("0", "1", "2"), "no Unix time"),
        ("time", ("173459", "173501"), "no Unix time"),
        ("time", ("250724173459", "250724173501"), "dates or a Unix time: say --time ymd.*--time ms"),
        ("timestamp_ms", ("1441540800", "1441540801"), "names ms and holds what look like seconds"),
        ("time", ("03/04/2024 12:00", "05/04/2024 12:00"), "more than one order: say --time dmy or --time mdy"),
    ],
)
def test_a_column_that_can_be_read_in_several_ways_is_refused_by_name(
    header: str, rows: tuple[str, ...], words: str, write_csv: Write
) -> None:
    with pytest.raises(UnusableFile, match=words):
        read_traces(str(write_csv(f"vehicle,{header},lat,lon", *(f"a,{row},1,2" for row in rows))))


@pytest.mark.parametrize(("way", "days"), [(Time.DAY_FIRST, 2), (Time.MONTH_FIRST, 61)])
def test_an_option_says_which_comes_first(way: Time, days: int, write_csv: Write) -> None:
    path = write_csv("vehicle,time,lat,lon", "a,03/04/2024 12:00,1,2", "a,05/04/2024 12:00,1,2")
    times = _times(path, Reading(time=way))
    assert times[1] - times[0] == days * 86_400_000
    assert read_traces(str(path), Reading(time=Time.DAY_FIRST)).epoch != (
        read_traces(str(path), Reading(time=Time.MONTH_FIRST)).epoch
    )


def test_a_date_and_clock_without_anything_between_is_read_as_the_option_says(write_csv: Write) -> None:
    path = write_csv("vehicle,time,lat,lon", "a,250724173459,1,2", "a,250724173501,1,2")
    assert _times(path, Reading(time=Time.YEAR_FIRST)) == [EVENING, EVENING + 2000]
    assert _times(path, Reading(time=Time.MILLISECONDS)) == [250_724_173_459, 250_724_173_501]


def test_one_date_that_leaves_no_doubt_decides_for_the_column(write_csv: Write) -> None:
    path = write_csv("vehicle,time,lat,lon", "a,05/04/2024 12:00,1,2", "a,13/04/2024 12:00,1,2")
    times = _times(path)
    assert times[1] - times[0] == 8 * 86_400_000


def test_a_time_in_another_unit_than_its_columns_is_left_out_and_named(write_csv: Write) -> None:
    path = write_csv("vehicle,time,lat,lon", "a,1441540800,1,2", "a,1441540801,1,2", "a,1441540802000,1,2", "a,12,1,2")
    traces = read_traces(str(path))
    assert traces.rows == 2
    assert {why: bad.lines for why, bad in traces.bad_rows.items()} == {
        "a time in another unit than its column's": [4, 5]
    }
