"""The tracking page as the server writes it: whole without JavaScript; the page's program takes over from here."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

# Nepal's time; it has no summer time. A fixed offset needs no time zone data of the machine.
NEPAL: Final = timezone(timedelta(hours=5, minutes=45))
LANGUAGES: Final = ("en", "ne")
OVER: Final = ("delivered", "cancelled")
DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")
REFRESH: Final = '<noscript><meta http-equiv="refresh" content="30"></noscript>'
SOON_S: Final = 120

_templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
Say = Callable[..., str]


def language_of(asked: str | None, accepted: str) -> str:
    """The language of an answer: what the address says, else what the browser prefers, else English."""
    if asked in LANGUAGES:
        return asked
    for one in accepted.lower().split(","):
        code = one.partition(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def write_page(page: bytes, words: bytes, parcel: Mapping[str, Any] | None, language: str, now: datetime) -> bytes:
    """The built page with a parcel in it; ``parcel`` is the answer of ``track/``, None where there is none."""
    say = _sayer(words, language)
    title = f"{say('tracking.title')} · {_answer(parcel, say, now)}" if parcel else say("tracking.unknown")
    state = json.dumps(parcel, default=_written, ensure_ascii=False).replace("<", "\\u003c")
    text = page.decode()
    text = text.replace('<html lang="en">', f'<html lang="{language}">', 1)
    text = text.replace("<title>Dispatch</title>", f"<title>{escape(title)}</title>{_refresh(parcel)}", 1)
    return text.replace(
        "<!--content-->",
        f'{_content(parcel, say, now)}<script type="application/json" id="state">{state}</script>',
        1,
    ).encode()


def _refresh(parcel: Mapping[str, Any] | None) -> str:
    return REFRESH if parcel is not None and parcel["status"] not in OVER else ""


def _content(parcel: Mapping[str, Any] | None, say: Say, now: datetime) -> str:
    template = _templates.get_template("tracking.html.jinja")
    if parcel is None:
        return template.render(parcel=None, t=say)
    vehicle = (parcel["transporter"] or {}).get("vehicle_type")
    return template.render(
        parcel=parcel,
        t=say,
        what=say("parcel.weight", weight=f"{parcel['package_details']['weight']:g}"),
        answer=_answer(parcel, say, now),
        history=_history(parcel, say),
        vehicle=say(f"vehicle.{vehicle}", otherwise=str(vehicle)),
        clock=lambda at: say("{at}", at=_clock(at, now)),
    )


def _answer(parcel: Mapping[str, Any], say: Say, now: datetime) -> str:
    status, window = parcel["status"], parcel["eta"]
    if status in OVER:
        ended = parcel["tracking_history"][-1]["timestamp"] if parcel["tracking_history"] else None
        return say(f"answer.{status}", at=_clock(ended, now) if ended else "")
    if status == "available":
        return say("answer.available")
    if _at_door(parcel):
        return say("answer.at_door")
    if window is not None:
        if (window["latest"] - now).total_seconds() < SOON_S:
            return say("answer.now")
        earliest, latest = window["earliest"], window["latest"]
        same_day = earliest.astimezone(NEPAL).date() == latest.astimezone(NEPAL).date()
        return say(
            "answer.window", **{"from": _clock(earliest, now), "to": _clock(latest, latest if same_day else now)}
        )
    expected = parcel["estimated_delivery_time"]
    return say("answer.expected", at=_clock(expected, now)) if expected else say("answer.under_way")


def _at_door(parcel: Mapping[str, Any]) -> bool:
    visits = [event["kind"] for event in parcel["events"] if str(event["kind"]).endswith("_dropoff")]
    return bool(visits) and visits[-1] == "arrived_at_dropoff"


def _history(parcel: Mapping[str, Any], say: Say) -> list[tuple[datetime, str]]:
    steps = [
        (step["timestamp"], say(f"status.{step['status']}", otherwise=step["message"]))
        for step in parcel["tracking_history"]
    ]
    events = [
        (event["timestamp"], say(f"event.{event['kind']}", otherwise=event["message"])) for event in parcel["events"]
    ]
    return sorted([*steps, *events], key=lambda pair: pair[0], reverse=True)


def _clock(at: datetime, now: datetime) -> str:
    """The time today, with the day in the week before and the week after, else the date."""
    there, today = at.astimezone(NEPAL), now.astimezone(NEPAL).date()
    days = (there.date() - today).days
    if days == 0:
        return f"{there:%H:%M}"
    return f"{there:%a %H:%M}" if abs(days) < 7 else f"{there:%Y-%m-%d %H:%M}"  # noqa: PLR2004  # days of a week


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


@lru_cache(maxsize=4)
def _dictionaries(words: bytes) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(words)
    return read


def _sayer(words: bytes, language: str) -> Say:
    known = _dictionaries(words)

    def say(key: str, otherwise: str | None = None, **values: str) -> str:
        text = known[language].get(key) or known["en"].get(key) or (key if otherwise is None else otherwise)
        if language == "ne":
            values = {name: value.translate(DEVANAGARI) for name, value in values.items()}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    return say
