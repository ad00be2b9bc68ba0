"""What files of traces may look like, and what is said of those that cannot be used."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from api.simulation.replay.columns import find_columns
from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.reading import read_traces
from tests.support.real_data import gps

Write = Callable[..., Path]
HEADER = "vehicle_id,timestamp,latitude,longitude"
NOON = 1_441_540_800_000  # 2015-09-06T12:00:00Z


@pytest.mark.parametrize(
    ("name", "vehicles", "rows", "as_utc"),
    [
        ("capmetro-2015-09-06.csv.gz", 146, 53_569, 0),
        ("munich-1hz.csv.gz", 1, 1_194, 0),
        ("liverpool-bus.csv.gz", 8, 1_533, 1_533),
    ],
)
def test_each_real_file_is_read_to_its_last_row(name: str, vehicles: int, rows: int, as_utc: int) -> None:
    traces = read_traces(str(gps(name)))
    assert (len(traces.rows_of), traces.rows, traces.times_taken_as_utc) == (vehicles, rows, as_utc)
    assert not traces.bad_rows


@pytest.mark.parametrize(
    "header",
    [
        "vehicle_id,timestamp,latitude,longitude",
        "Vehicle ID,Time,Lat,Lon",
        "vehicleId,recordedAt,lat,lng",
        "DEVICE_ID,datetime,LATITUDE,LONG",
        "vehicle.id,event-time,position.latitude,position.longitude",
        '"imei","gps_time","gps_lat","gps_lon"',
        "id,ts,lat,lon",
        "individual-local-identifier,timestamp,location-lat,location-long",
        "bus_id,timestamp (UTC),lat [deg],lon [deg]",
    ],
)
def test_header_names_are_recognised_however_they_are_written(header: str, write_csv: Write) -> None:
    traces = read_traces(str(write_csv(header, "a,2015-09-06T12:00:00Z,30.5,-97.5")))
    (row,) = traces.rows_of["a"]
    assert (row.time_ms, row.lat, row.lon, row.line) == (NOON, 30.5, -97.5, 2)


def test_a_row_id_is_not_taken_for_the_vehicle(write_csv: Write) -> None:
    path = write_csv("id,vehicle_id,timestamp,latitude,longitude", "1,bus,1441540800,1,2", "2,bus,1441540801,1,2")
    assert list(read_traces(str(path)).rows_of) == ["bus"]


def test_an_id_that_numbers_the_rows_is_refused(write_csv: Write) -> None:
    path = write_csv("id,time,lat,lon", *(f"{n},{1441540800 + n},1,2" for n in range(30)))
    with pytest.raises(UnusableFile, match="numbers the rows"):
        read_traces(str(path))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_told_from_the_header(delimiter: str, write_csv: Write) -> None:
    path = write_csv(HEADER.replace(",", delimiter), delimiter.join(["a", "1441540800", "1.5", "2.5"]))
    assert read_traces(str(path)).rows_of["a"][0].lat == 1.5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_do_not_hide_the_first_column(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    path.write_text(f"{HEADER}\nTräger 1,1441540800,1,2\n", encoding=encoding)
    assert list(read_traces(str(path)).rows_of) == ["Träger 1"]


def test_a_date_column_completes_a_clock_time(write_csv: Write) -> None:
    path = write_csv("vehicle,date,time,lat,lon", "a,2015-09-06,12:00:00,1,2")
    assert read_traces(str(path)).rows_of["a"][0].time_ms == NOON


@pytest.mark.parametrize(
    ("column", "value", "mps"),
    [("speed", "10", None), ("speed_mps", "10", 10), ("speed (km/h)", "36", 10), ("speedKmh", "36", 10),
     ("speed_mps", "-1", None), ("speed_mps", "nan", None), ("speed_mps", "", None)],
)  # fmt: skip
def test_speed_counts_only_where_the_header_names_its_unit(
    column: str, value: str, mps: float | None, write_csv: Write
) -> None:
    row = read_traces(str(write_csv(f"{HEADER},{column}", f"a,1441540800,1,2,{value}"))).rows_of["a"][0]
    assert row.speed_mps == (None if mps is None else pytest.approx(mps))


def test_a_missing_bearing_leaves_the_heading_unknown(write_csv: Write) -> None:
    path = write_csv(f"{HEADER},bearing", "a,1441540800,1,2,54", "a,1441540801,1,2,", "a,1441540802,1,2,-1")
    assert [row.heading_deg for row in read_traces(str(path)).rows_of["a"]] == [54, None, None]


def test_rows_are_ordered_by_time_and_ties_keep_the_order_of_the_file(write_csv: Write) -> None:
    path = write_csv(HEADER, "a,1441540802,3,0", "a,1441540800,1,0", "a,1441540801,2,0", "a,1441540801,2.5,0")
    assert [row.lat for row in read_traces(str(path)).rows_of["a"]] == [1, 2, 2.5, 3]


def test_bad_rows_are_left_out_and_counted_by_reason_with_their_lines(write_csv: Write) -> None:
    path = write_csv(
        HEADER, "a,1441540800,1,2", ",1441540800,1,2", "a,soon,1,2", "a,1441540801,north,2", "",
        "a,1441540802,1,nan", "a,1441540803", "a,1441540804,1,", "a,later,1,2",
    )  # fmt: skip
    traces = read_traces(str(path))
    assert traces.rows == 1
    assert {reason: bad.lines for reason, bad in traces.bad_rows.items()} == {
        "no vehicle": [3],
        "a time that is no number, in a column of numbers": [4, 10],
        "a latitude that is not a number": [5],
        "a longitude that is not a number": [7],
        "too few columns": [8],
        "no longitude": [9],
    }


def test_the_epoch_is_of_the_content_whether_compressed_or_not(write_csv: Write) -> None:
    lines = (HEADER, "a,1441540800,1,2")
    plain, packed = write_csv(*lines), write_csv(*lines, name="traces.csv.gz")
    other = write_csv(HEADER, "a,1441540800,1,3", name="other.csv")
    assert read_traces(str(plain)).epoch == read_traces(str(packed)).epoch != read_traces(str(other)).epoch


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is not CSV"),
        (b"Dear reader,\nthis is a letter.\n", "no vehicle column.*no time column.*no latitude column.*no longitude"),
        (b"vehicle_id,latitude,longitude\na,1,2\n", "no time column"),
        (b"time,latitude,longitude\n1441540800,1,2\n", "no vehicle column"),
        (b"vehicle_id,time,pickup_latitude,dropoff_latitude,longitude\na,1,2,3,4\n", "more than one latitude column"),
        (b"vehicle_id,time,latitude,longitude\n", "a header and no rows"),
        (b"vehicle_id,time,latitude,longitude\na,soon,1,2\n", "none of its rows can be used: .*lines 2"),
        (b'vehicle_id,time,latitude,longitude\na,"' + b"x" * 200_000, "it is not CSV"),
        (
            gzip.compress(b"vehicle_id,time,latitude,longitude\n" * 1000, mtime=0)[:60],
            "the gzip data is damaged or cut off",
        ),
        (b"\x1f\x8b not really", "the gzip data is damaged or cut off"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "unusable.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=why):
        read_traces(str(path))


def test_two_vehicles_whose_names_are_not_utf8_stay_two(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\n".encode() + b"\xe4,1441540800,1,2\n\xf6,1441540800,1,2\n")
    assert len(read_traces(str(path)).rows_of) == 2


def test_the_columns_of_a_message_are_those_of_the_file() -> None:
    with pytest.raises(UnusableFile, match="“Breite”"):
        find_columns(["vehicle_id", "time", "Breite", "Länge"])
