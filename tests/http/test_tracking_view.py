"""What the server writes on the page of a parcel: word by word what the page's program says."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

import api
from api.routes.pages import built
from api.routes.pages.speech import LANGUAGES, Speech, speech_of
from api.routes.pages.tracking_view import SAID, answer_of, late_of, status_of, stops_of, story_of, what_of, write_page
from dispatch.geo import distance_words

WEB: Final = Path(api.__file__).parent.parent / "web"
# web/shared/times.test.ts and web/tracking/answer.test.ts hold the program to the same.
DISTANCES: Final = json.loads((WEB / "shared/distances.cases.json").read_bytes())
TIMES: Final = json.loads((WEB / "shared/times.cases.json").read_bytes())
ANSWERS: Final = json.loads((WEB / "tracking/answer.cases.json").read_bytes())
MOMENTS: Final = {
    *("timestamp", "earliest", "latest", "starts_at", "until", "ended_at"),
    *("estimated_delivery_time", "requested_delivery_date", "planned_delivery_time"),
}
BARE: Final[dict[str, Any]] = {
    "tracking_number": "TRK1",
    "status": "in_transit",
    "ending": None,
    "return_ended": None,
    "ended_at": None,
    "eta": None,
    "estimated_delivery_time": None,
    "requested_delivery_date": None,
    "planned_delivery_time": None,
    "tracking_history": [],
    "attempts": [],
    "next_try": None,
    "tries_left": 3,
    "on_hold": None,
    "events": [],
    "transporter": None,
    "pickup_address": "Bhaktapur",
    "delivery_address": "Thamel",
    "package_details": {"weight": 1, "fragile": False},
    "hidden": [],
    "code_shows": [],
}


@pytest.mark.parametrize("case", DISTANCES, ids=lambda case: str(case["metres"]))
def test_the_server_says_a_distance_as_the_pages_do(case: dict[str, Any]) -> None:
    assert distance_words(case["metres"]) == case["en"]


def speech(language: str) -> Speech:
    return speech_of(language, built.words(), built.calendar())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def decoded(value: Any, key: str = "") -> Any:
    """A parcel of the cases as ``track/`` has it in hand, with its times read."""
    if isinstance(value, dict):
        return {name: decoded(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [decoded(one) for one in value]
    return at(value) if key in MOMENTS and value else value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_server_says_times_and_dates_as_the_program_does(language: str) -> None:
    say = speech(language)
    for case in TIMES["clock"]:
        assert say.clock(at(case["at"]), at(case["now"])) == case[language], case
    for case in TIMES["stretch"]:
        assert list(say.stretch(at(case["from"]), at(case["to"]), at(case["now"]))) == case[language], case
    for case in TIMES["date"]:
        assert say.date(at(case["at"])) == case[language], case


def test_steps_of_which_the_status_says_too_little_have_words_of_their_own_on_every_page() -> None:
    assert json.loads((WEB / "shared/told_steps.json").read_text()) == SAID
    for key in SAID.values():
        words = [speech(language)(key, otherwise="") for language in LANGUAGES]
        assert all(words), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case["name"])
def test_the_server_answers_and_tells_what_happened_as_the_program_does(case: dict[str, Any], language: str) -> None:
    say, now, parcel = speech(language), at(case["now"]), BARE | decoded(case["parcel"])
    story = [f"{say.clock(when, now)} {text}" for when, text in story_of(parcel, say)]
    stops = stops_of(parcel, say, now)
    status = status_of(parcel, say, now)
    said = {
        "answer": answer_of(parcel, say, now),
        "what": what_of(parcel, say),
        "stops": stops,
        "status": status,
        "late": late_of(parcel, say, now),
        "story": story,
    }
    assert said == {"late": ""} | case[language]
    page = write_page(b"<title>Dispatch</title><!--content-->", say, parcel, now).decode()
    assert f"<title>{said['answer']} · {say('tracking.title')}</title>" in page
    assert f'<h1 class="answer">{said["answer"]}</h1>' in page
    assert f'<p class="quiet">{" · ".join(one for one in (stops, status) if one)}' in page
    for line in story:
        when = say.clock(story_of(parcel, say)[story.index(line)][0], now)
        assert f">{when}</time>{line.removeprefix(when)}" in page


def test_what_somebody_wrote_in_latin_letters_keeps_its_digits() -> None:
    assert "Ram2" in speech("ne")("courier.call", name="Ram2")


def test_every_day_of_the_calendar_follows_the_day_before() -> None:
    calendar = speech("ne").calendar
    days = [calendar.of(calendar.first_day.fromordinal(calendar.first_day.toordinal() + day)) for day in range(40_000)]
    for before, after in pairwise(days):
        assert before is not None
        assert after is not None
        same_month = (after[0], after[1]) == (before[0], before[1])
        assert after[2] == (before[2] + 1 if same_month else 1)
    assert days[0] == (calendar.first_year, 1, 1)


def test_the_state_of_a_page_has_its_times_in_utc() -> None:
    parcel = BARE | {"estimated_delivery_time": datetime(2026, 11, 28, 8, 35, tzinfo=UTC)}
    page = write_page(b"<!--content-->", speech("en"), parcel, datetime(2026, 11, 28, 8, 0, tzinfo=UTC)).decode()
    assert '"estimated_delivery_time": "2026-11-28T08:35:00Z"' in page
