"""Units that headers name: of times, of places and of speeds."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Unit = TypeVar("Unit")


class Time(StrEnum):
    """What ``--time`` takes: the unit of a column of numbers, or the order in which dates are written."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"
    EXCEL = "excel"
    """Days since 1899-12-30, as spreadsheets count."""
    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


ORDERS = (Time.YEAR_FIRST, Time.DAY_FIRST, Time.MONTH_FIRST)

TIME_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Time.SECONDS),
    **dict.fromkeys(("ms", "msec", "millis", "millisec", "milliseconds"), Time.MILLISECONDS),
    **dict.fromkeys(("us", "µs", "usec", "micros", "microseconds"), Time.MICROSECONDS),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanoseconds"), Time.NANOSECONDS),
    **dict.fromkeys(("excel", "serial"), Time.EXCEL),
}

NMEA = "nmea"
"""Not a factor but a shape: degrees and minutes in one number, ``2743.032``."""
PLACE_UNITS: dict[str, float | str] = {
    **dict.fromkeys(("deg", "degs", "degree", "degrees", "dd", "wgs84", "decimal"), 1.0),
    **dict.fromkeys(("e7", "1e7", "e_7", "1e_7"), 1e-7),
    **dict.fromkeys(("e6", "1e6", "e_6", "1e_6", "microdegrees", "udeg"), 1e-6),
    **dict.fromkeys(("rad", "radian", "radians"), 180 / math.pi),
    **dict.fromkeys(("min", "mins", "minutes", "arcmin"), 1 / 60),
    **dict.fromkeys(("arcsec",), 1 / 3600),
    **dict.fromkeys(("nmea", "ddmm", "dddmm", "dm", "dmm", "degmin"), NMEA),
    **dict.fromkeys(("ddmm_mm", "ddmm_mmm", "ddmm_mmmm", "dddmm_mm", "dddmm_mmm", "dddmm_mmmm"), NMEA),
    **dict.fromkeys(("degrees_minutes", "deg_min", "degree_minutes"), NMEA),
}

METRES_A_SECOND = {
    **dict.fromkeys(("mps", "ms", "m_s", "m_s_1", "m_sec", "meters_per_second", "metres_per_second"), 1.0),
    **dict.fromkeys(("kmh", "km_h", "kph", "kmph", "km_hr", "kmhr", "km_h_1", "kilometers_per_hour"), 1 / 3.6),
    **dict.fromkeys(("mph", "mi_h", "miles_h", "miles_per_hour"), 0.44704),
    **dict.fromkeys(("kn", "kt", "kts", "knot", "knots", "nmi_h"), 1852 / 3600),
    **dict.fromkeys(("cm_s", "cms"), 0.01),
    **dict.fromkeys(("ft_s", "fps"), 0.3048),
}
# Said of a time, a place or a speed without saying its unit.
_NO_UNITS = {"utc", "gmt", "iso", "iso8601", "epoch", "unix", "posix", "local", "gps", "over_ground"}
MOST_WORDS = 3


def without_unit(name: str, units: Mapping[str, Unit]) -> tuple[str, Unit | None]:
    """A column's name without the unit at its end, and the unit: ``timestamp_utc_ms`` is ``timestamp`` in ms."""
    found: Unit | None = None
    words = name.split("_")
    while len(words) > 1:
        for count in range(min(MOST_WORDS, len(words) - 1), 0, -1):
            ending = "_".join(words[-count:])
            if ending in units or ending in _NO_UNITS:
                found = units.get(ending, found)
                del words[-count:]
                break
        else:
            break
    return "_".join(words), found
