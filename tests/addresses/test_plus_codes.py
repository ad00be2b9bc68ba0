"""Plus Codes as the vectors of Open Location Code have them: full, short, near the poles, and what is none."""

import pytest

from dispatch.addresses.plus_codes import NotAPlusCode, decode, encode, is_full, is_short, recover

# Code, digits, and its area: south, west, north, east.
AREAS = [
    ("7FG49Q00+", 6, 20.35, 2.75, 20.4, 2.8),
    ("7FG49QCJ+2V", 10, 20.37, 2.782125, 20.370125, 2.78225),
    ("7FG49QCJ+2VX", 11, 20.3701, 2.78221875, 20.370125, 2.78225),
    ("7FG49QCJ+2VXGJ", 13, 20.370113, 2.782234375, 20.370114, 2.78223632813),
    ("8FVC2222+22", 10, 47.0, 8.0, 47.000125, 8.000125),
    ("4VCPPQGP+Q9", 10, -41.273125, 174.785875, -41.273, 174.786),
    ("62G20000+", 4, 0.0, -180.0, 1, -179),
    ("22220000+", 4, -90, -180, -89, -179),
    ("22222222+22", 10, -90.0, -180.0, -89.999875, -179.999875),
    ("6FH32222+222", 11, 1, 1, 1.000025, 1.00003125),
    ("CFX30000+", 4, 89, 1, 90, 2),
    ("84000000+", 2, 30, -140, 50, -120),
    ("849VGJQF+VX7QR3J7QR3J", 15, 37.5396691200, -122.3750698242, 37.5396691600, -122.3750697021),
]
SHORT = [
    ("9C3W9QCJ+2VX", 51.3701125, -1.217765625, "+2VX"),
    ("9C3W9QCJ+2VX", 51.3708675, -1.217765625, "CJ+2VX"),
    ("9C3W9QCJ+2VX", 51.3701125, -1.218520625, "cj+2vx"),
    ("9C3W9QCJ+2VX", 51.3852125, -1.217765625, "9QCJ+2VX"),
    ("9C3W9QCJ+2VX", 51.3701125, -1.202665625, "9QCJ+2VX"),
    ("8FJFW222+", 42.899, 9.012, "22+"),
    ("796RXG22+", 14.95125, -23.5001, "22+"),
    ("8FRCXGRF+PM", 47.00, 8.55, "XGRF+PM"),
    ("CFX22222+22", 89.6, 0.0, "2222+22"),
    ("2CXXXXXX+XX", -81.0, 0.0, "XXXXXX+XX"),
]
NEITHER = [
    "G+",
    "+",
    "8FWC2345+G",
    "8FWC2_45+G6",
    "8FWC2η45+G6",
    "8FWC2345+G6+",
    "8FWC2345G6+",
    "8FWC2300+G6",
    "WC2300+G6g",
]
NEITHER += ["WC2345+G", "WC2300+", "849VGJQF+VX7QR3U", "", "Kathmandu", "00000000+", "W" * 8 + "+" + "2" * 9]


@pytest.mark.parametrize(("code", "digits", "south", "west", "north", "east"), AREAS)
def test_a_full_code_stands_for_its_area(
    code: str, digits: int, south: float, west: float, north: float, east: float
) -> None:
    area = decode(code)
    assert (area.south, area.west, area.north, area.east) == pytest.approx((south, west, north, east), abs=1e-9)
    assert area.digits == digits
    assert encode(*area.middle, digits) == code[: 16 if digits == 15 else 20]


@pytest.mark.parametrize(("full", "lat", "lon", "short"), SHORT)
def test_a_short_code_means_the_nearest_of_the_places_that_have_it(
    full: str, lat: float, lon: float, short: str
) -> None:
    assert is_short(short)
    assert recover(short, lat, lon) == full
    assert recover(full.lower(), 0.0, 0.0) == full


@pytest.mark.parametrize("code", NEITHER)
def test_what_is_no_code_is_known_as_none(code: str) -> None:
    assert not is_full(code)
    assert not is_short(code)
    for read in (decode, lambda text: recover(text, 27.7, 85.3)):
        with pytest.raises(NotAPlusCode):
            read(code)


@pytest.mark.parametrize("code", ["8FWC2345+G6", "8FWC2345+G6G", "8fwc2345+", "8FWCX400+", "849VGJQF+VX7QR3JW"])
def test_a_code_is_full_in_any_case_and_of_any_length(code: str) -> None:
    assert is_full(code)
    assert not is_short(code)


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 1.0), (-90.0, -180.0), (27.7172, 180.0), (27.7172, 85.3240)])
def test_every_place_on_earth_has_a_code(lat: float, lon: float) -> None:
    area = decode(encode(lat, lon))
    assert area.south - 1e-4 <= lat <= area.north + 1e-4
    assert (area.west - 1e-4 <= lon <= area.east + 1e-4) or lon == 180.0
