"""What the formats of the description mean, for requests that are made from it."""

from datetime import date, timedelta, timezone
from typing import Any

import phonenumbers
import schemathesis
from hypothesis import strategies as st

from tests.support.pictures import picture, picture_bytes

# Signs of some scripts and beyond the first plane, no controls and nothing that is not seen.
SIGNS = "aZ0 .,-'/&éßñøकखगनेपाल中文字かな가ñ🙂🚚"
SEEN = st.text(SIGNS, min_size=1, max_size=40).map(lambda text: f"a{text.strip()}")
REGIONS = ["NP", "IN", "DE", "US", "GB", "CN"]


def _example(region: str) -> str:
    found: Any = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _moments() -> st.SearchStrategy[str]:
    zones = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
    days, clocks = st.dates(date(2000, 1, 2), date(2199, 12, 30)), st.times(timezones=zones)
    return st.tuples(days, clocks).map(lambda when: f"{when[0].isoformat()}T{when[1].isoformat()}")


def register_formats() -> None:
    """Teach schemathesis the formats that its own list does not have, or has in forms that no one can be reached by."""
    paisa = st.integers(0, 999_999_999_999)
    words = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)
    phones = st.sampled_from([_example(region) for region in REGIONS])
    days = st.dates().map(lambda day: day.isoformat())
    for name, values in {
        "amount": paisa.map(lambda amount: f"{amount // 100}.{amount % 100:02}"),
        "line": SEEN,
        "lines": st.lists(SEEN, min_size=1, max_size=4).map("\n".join),
        "phone": phones,
        "email": st.builds("{}@{}.com".format, words, words),
        "url": st.builds("https://{}.example/{}".format, words, words),
        "password": st.uuids().map(str),
        "picture": st.sampled_from([picture("JPEG"), picture("PNG")]),
        "date-time": _moments(),
        "date-or-time": st.one_of(days, _moments()),
    }.items():
        schemathesis.openapi.format(name, values)
    for kind in ("JPEG", "PNG", "WEBP"):  # a file of a form
        schemathesis.openapi.media_type(f"image/{kind.lower()}", st.just(picture_bytes(kind)))
