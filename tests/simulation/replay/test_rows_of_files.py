"""Quotes, comments, vehicles and GPX: what a file of traces may look like beyond a plain CSV."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.reading import read_traces
from api.simulation.replay.traces import Reading

Write = Callable[..., Path]
HEADER = "vehicle,time,lat,lon,note"
T = 1_441_540_800


def _rows(count: int, first: int = 0) -> list[str]:
    return [f"a,{T + n},1,2,ok" for n in range(first, first + count)]


@pytest.mark.parametrize("closing", [[], [f'a,{T + 899},1,2,late"']])
def test_a_stray_quote_costs_one_row_and_is_named(closing: list[str], write_csv: Write) -> None:
    path = write_csv(HEADER, *_rows(100), f'a,{T + 100},1,2,"5 inch', *_rows(798, 101), *closing, *_rows(100, 900))
    traces = read_traces(str(path))
    assert traces.rows == 100 + 798 + 100 + len(closing)
    assert {why: bad.lines for why, bad in traces.bad_rows.items()} == {"a quote that nothing closes": [102]}


def test_two_stray_quotes_swallow_nothing_between_them(write_csv: Write) -> None:
    path = write_csv(HEADER, f'a,{T},1,2,"x', *_rows(3, 1), f'a,{T + 4},1,2,"y', *_rows(3, 5))
    traces = read_traces(str(path))
    assert traces.rows == 6
    assert traces.bad_rows["a quote that nothing closes"].lines == [2, 6]


def test_a_row_over_several_lines_is_read_and_named(write_csv: Write) -> None:
    path = write_csv(HEADER, f'a,{T},1,2,"one', "two", 'three"', *_rows(2, 1))
    traces = read_traces(str(path))
    assert (traces.rows, traces.bad_rows) == (3, {})
    assert {what: found.lines for what, found in traces.remarks.items()} == {"a row over 3 lines": [2]}


def test_quotes_within_cells_are_signs_like_any_other(write_csv: Write) -> None:
    path = write_csv(HEADER, f'"a","{T}",1,2,"say ""hi"""', f'a,{T + 1},1,2,5" pipe', f'a,{T + 2},1,2,"x"y')
    assert read_traces(str(path)).rows == 3


def test_comments_and_the_line_of_spreadsheets_are_no_rows(write_csv: Write) -> None:
    path = write_csv(
        "sep=;", "# made by a logger", "vehicle;time;lat;lon", f"a;{T};27,7;85,3", "# a pause", f"a;{T + 1};27,7;85,3"
    )
    traces = read_traces(str(path))
    assert (traces.rows, traces.bad_rows) == (2, {})
    assert traces.rows_of["a"][0].line == 4
    assert list(traces.remarks) == ["a line that begins with # is a comment"]


def test_the_line_of_spreadsheets_may_name_a_tab(write_csv: Write) -> None:
    path = write_csv("sep=\t", "vehicle\ttime\tlat\tlon", f"a\t{T}\t27,7\t85,3")
    assert read_traces(str(path)).rows == 1


def test_a_header_may_stand_behind_the_sign_of_a_comment(write_csv: Write) -> None:
    path = write_csv("# Timestamp,Type of mobile,MMSI,Latitude,Longitude", f"{T},Class A,219,55.1,12.2")
    assert list(read_traces(str(path)).rows_of) == ["219"]


@pytest.mark.parametrize("name", ["driver", "VehId", "VehID", "icao24", "Driver", "vehicle name", "courier", "plate"])
def test_vehicles_have_many_names(name: str, write_csv: Write) -> None:
    assert list(read_traces(str(write_csv(f"{name},time,lat,lon", f"a1,{T},1,2"))).rows_of) == ["a1"]


def test_a_file_of_one_vehicle_says_so_with_an_option(write_csv: Write) -> None:
    path = write_csv("time,lat,lon", f"{T},1,2")
    with pytest.raises(UnusableFile, match=r"no vehicle column.*--vehicle NAME"):
        read_traces(str(path))
    assert list(read_traces(str(path), Reading(vehicle="van 1")).rows_of) == ["van 1"]
    numbered = write_csv("id,time,lat,lon", f"1,{T},1,2", f"2,{T + 1},1,2")
    assert read_traces(str(numbered), Reading(vehicle="van 1")).rows == 2
    several = write_csv("bus_id,time,lat,lon", f"1,{T},1,2")
    with pytest.raises(UnusableFile, match="has a vehicle column, “bus_id”: leave --vehicle out"):
        read_traces(str(several), Reading(vehicle="van 1"))


@pytest.mark.parametrize(
    ("content", "kind"), [("{}", "JSON"), ("[]", "JSON"), ("$GPRMC,1\n", "NMEA"), ("PK\x03\x04", "a ZIP archive")]
)
def test_other_files_of_positions_are_called_by_their_name(content: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_text(content)
    with pytest.raises(UnusableFile, match=kind):
        read_traces(str(path))


GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx xmlns="http://www.topografix.com/GPX/1/{version}" version="1.{version}" creator="test">
<wpt lat="1" lon="2"><name>Home</name></wpt>
<trk><name>Morning</name>
<trkseg>
<trkpt lat="27.7" lon="85.3"><ele>1300</ele><time>2015-09-06T12:00:00Z</time>{more}</trkpt>
<trkpt lat="27.8" lon="85.4"><time>2015-09-06T12:00:05.5Z</time></trkpt>
</trkseg>
<trkseg>
<trkpt lat="27.9" lon="85.5"><time>2015-09-06T17:45:10+05:45</time></trkpt>
<trkpt lat="27.9" lon="85.5"></trkpt>
</trkseg>
</trk>
<trk><trkseg><trkpt lat="28" lon="86"><time>2015-09-06T12:00:00Z</time></trkpt></trkseg></trk>
</gpx>
"""
MORE = {
    0: "<course>90</course><speed>5.5</speed>",
    1: '<extensions><gpxtpx:TrackPointExtension xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">'
    "<gpxtpx:speed>5.5</gpxtpx:speed><gpxtpx:course>90</gpxtpx:course></gpxtpx:TrackPointExtension></extensions>",
}


@pytest.mark.parametrize("version", [0, 1])
def test_a_gpx_is_read_as_it_is(version: int, tmp_path: Path) -> None:
    path = tmp_path / "tracks.gpx"
    path.write_text(GPX.format(version=version, more=MORE[version]))
    traces = read_traces(str(path))
    assert {vehicle: len(rows) for vehicle, rows in traces.rows_of.items()} == {"Morning": 3, "track 2": 1}
    first, second, third = traces.rows_of["Morning"]
    assert (first.lat, first.lon, first.speed_mps, first.heading_deg, first.line) == (27.7, 85.3, 5.5, 90, 6)
    assert (second.time_ms - first.time_ms, third.time_ms - first.time_ms) == (5500, 10_000)
    assert {why: bad.lines for why, bad in traces.bad_rows.items()} == {"no time": [11]}
    assert list(traces.remarks) == ["a <wpt> belongs to no track"]
    assert list(read_traces(str(path), Reading(vehicle="me")).rows_of) == ["me"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>', "a document type or entities"),
        ('<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>', "a document type or entities"),
        ("<kml><Document/></kml>", "no GPX: its root is <kml>"),
        ("<gpx><trk>", "no well-formed XML"),
        ("<gpx></gpx>", "without a point of a track"),
        ("<gpx>" + "<a>" * 100, "nested too deeply"),
        ("<gpx><trkpt/></gpx>", "outside of a track"),
        ('<?xml version="1.0" encoding="klingon"?><gpx/>', "cannot be read|no well-formed"),
    ],
)
def test_an_xml_that_is_no_gpx_or_means_harm_is_refused(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.gpx"
    path.write_text(content)
    with pytest.raises(UnusableFile, match=words):
        read_traces(str(path))


def test_a_file_that_is_mostly_not_understood_is_an_error_before_anything_is_sent(write_csv: Write) -> None:
    path = write_csv(HEADER, *_rows(9), "a,soon,1,2,x")
    done = CliRunner().invoke(main, ["replay", str(path), "--url", "http://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "10.0% of its rows cannot be used, more than --most-bad 0.05" in done.output
    assert "in a column of numbers (lines 11)" in done.output
    allowed = CliRunner().invoke(main, ["replay", str(path), "--url", "http://127.0.0.1:9", "--most-bad", "0.2"])
    assert "No server answers" in allowed.output


def test_a_vehicle_of_the_command_line_can_be_seen(write_csv: Write) -> None:
    done = CliRunner().invoke(main, ["replay", str(write_csv("time,lat,lon", f"{T},1,2")), "--vehicle", "\u3164 "])
    assert done.exit_code == 2
    assert "--vehicle must have a character that can be seen" in done.output
