"""Latitudes and longitudes mean what the file means: hemispheres, minutes, scaled numbers, decimal commas."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.simulation.replay.reading import read_traces
from api.simulation.replay.traces import Reading

Write = Callable[..., Path]
T = "1441540800"


def _place(path: Path, said: Reading | None = None) -> tuple[float, float]:
    traces = read_traces(str(path), said)
    assert not traces.bad_rows
    ((row,),) = traces.rows_of.values()
    return row.lat, row.lon


@pytest.mark.parametrize(
    ("header", "cells", "lat", "lon"),
    [
        ("lat,N/S,lon,E/W", "33.45,S,70.66,W", -33.45, -70.66),
        ("Latitude,NS,Longitude,EW", "33.45,N,70.66,E", 33.45, 70.66),
        ("lat,lat_ref,lon,lon_ref", "-33.45,S,-70.66,W", -33.45, -70.66),
        ("LATITUDE N/S,LONGITUDE E/W", "33.45S,070.66W", -33.45, -70.66),
        ("lat,lon", "33.45 S,W 70.66", -33.45, -70.66),
        ("lat,lon", "33°27'0\"S,70°39'36\"W", -33.45, -70.66),
        ("lat,N/S,lon,E/W", "3327.000,S,07039.600,W", -33.45, -70.66),
        ("lat,N/S,lon,E/W", "0045.000,N,00030.000,E", 0.75, 0.5),
        ("Latitude (ddmm.mmmm),Longitude (dddmm.mmmm)", "-3327.0,-7039.6", -33.45, -70.66),
        ("lat (degrees/minutes),lon (degrees/minutes)", "-3327.0,-7039.6", -33.45, -70.66),
        ("latitudeE7,longitudeE7", "-334500000,-706600000", -33.45, -70.66),
        ("lat (min),lon (min)", "-2007,-4239.6", -33.45, -70.66),
        ("lat_rad,lon_rad", "-0.5838126347777,-1.2332496494", -33.45, -70.66),
        ("lat [deg],lon [deg]", "-33.45,-70.66", -33.45, -70.66),
    ],
)
def test_places_are_read_as_the_file_means_them(
    header: str, cells: str, lat: float, lon: float, write_csv: Write
) -> None:
    path = write_csv(f"vehicle,time,{header}", f"a,{T},{cells}")
    assert _place(path) == pytest.approx((lat, lon), abs=1e-6)


def test_decimal_commas_are_understood_where_semicolons_part_the_columns(write_csv: Write) -> None:
    path = write_csv("vehicle;time;lat;lon;speed (km/h)", f"a;{T},5;-33,45;-70,66;36,0")
    ((row,),) = read_traces(str(path)).rows_of.values()
    assert (row.time_ms, row.lat, row.lon) == (1_441_540_800_500, -33.45, -70.66)
    assert row.speed_mps == pytest.approx(10)


@pytest.mark.parametrize(
    ("header", "cells", "reason"),
    [
        ("lat,N/S,lon,E/W", "33.45,X,70.66,W", "a latitude that is neither N nor S"),
        ("lat,N/S,lon,E/W", "33.45,,70.66,W", "a latitude that is neither N nor S"),
        ("lat,N/S,lon,E/W", "33.45,S,70.66,O", "a longitude that is neither E nor W"),
        ("lat,N/S,lon,E/W", "-33.45,N,70.66,W", "a latitude whose sign and letter disagree"),
        ("lat,lon", "2_7.7,85", "a latitude that is not a number"),
        ("lat,lon", "२७.७,85", "a latitude that is not a number"),
        ("lat,lon", "27,7,85,3", "more cells than the header has columns"),
        ("lat,lon", "33°61'S,70", "a latitude that is not a number"),
    ],
)
def test_a_place_that_is_not_understood_is_left_out_and_named(
    header: str, cells: str, reason: str, write_csv: Write
) -> None:
    width = header.count(",") + 1
    good = {2: "1,2", 4: "1,N,2,E"}[width]
    traces = read_traces(str(write_csv(f"vehicle,time,{header}", f"a,{T},{good}", f"a,{T},{cells}")))
    assert {why: bad.lines for why, bad in traces.bad_rows.items()} == {reason: [3]}


@pytest.mark.parametrize(
    ("column", "value", "mps"),
    [("speed (mph)", "10", 4.4704), ("Speed[knots]", "10", 5.14444), ("speed_kn", "10", 5.14444),
     ("velocity m/s", "10", 10),
     ("Speed (m/s)", "10", 10), ("speed kph", "36", 10), ("SOG (kts)", "10", 5.14444), ("speed", "10", None)],
)  # fmt: skip
def test_units_of_speeds_in_headers_count(column: str, value: str, mps: float | None, write_csv: Write) -> None:
    traces = read_traces(str(write_csv(f"vehicle,time,lat,lon,{column}", f"a,{T},1,2,{value}")))
    assert traces.rows_of["a"][0].speed_mps == (None if mps is None else pytest.approx(mps, abs=1e-4))
    assert bool(traces.unread) == (mps is None)


def test_what_is_not_read_of_a_row_is_counted_with_its_line(write_csv: Write) -> None:
    path = write_csv(
        "vehicle,time,lat,lon,speed_mps,bearing",
        f"a,{T},1,2,fast,10", f"a,{T},1,2,1_0,20", f"a,{T},1,2,9999,-1", f"a,{T},1,2,,400", f"a,{T},1,2,-1,NaN",
    )  # fmt: skip
    traces = read_traces(str(path))
    assert (traces.rows, traces.bad_rows) == (5, {})
    assert {what: found.lines for what, found in traces.remarks.items()} == {
        "a speed that is not a number": [2, 3],
        "a speed that cannot be": [4],
        "a heading that cannot be": [5],
    }
