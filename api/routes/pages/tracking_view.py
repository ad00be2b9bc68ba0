"""The tracking page as the server writes it: whole without JavaScript; the page's program takes over from here."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

from api.routes.pages.speech import Speech
from dispatch.cancellations.losses import MESSAGES
from dispatch.cancellations.objections import OBJECTED, REJECTED
from dispatch.cancellations.return_making import RETURNED
from dispatch.deliveries.attempts.rescheduling import RESCHEDULED
from dispatch.deliveries.handing_over import BROUGHT_BACK
from dispatch.deliveries.instructing import INSTRUCTIONS_CHANGED
from dispatch.deliveries.readdressing import ADDRESS_CHANGED
from dispatch.deliveries.taking import HANDED_ON_MESSAGE, KEPT_MESSAGE, REASSIGNED_MESSAGE
from dispatch.offers.holding import HELD, RESUMED

OVER: Final = ("delivered", "cancelled")
ABOARD: Final = ("picked_up", "in_transit")
UNDER_WAY: Final = ("assigned", "picked_up", "in_transit")
REFRESH: Final = '<noscript><meta http-equiv="refresh" content="30"></noscript>'
# As in web/shared/promises.ts and web/tracking/parcel.ts: what the server wrote, the program may not contradict.
SAID: Final = {
    RESCHEDULED: "tried.again",
    HELD: "told.held",
    RESUMED: "told.resumed",
    REASSIGNED_MESSAGE: "told.reassigned",
    HANDED_ON_MESSAGE: "told.handed_on",
    ADDRESS_CHANGED: "told.address",
    INSTRUCTIONS_CHANGED: "told.instructions",
    RETURNED: "told.returned",
    BROUGHT_BACK: "told.brought_back",
    KEPT_MESSAGE: "told.kept",
    OBJECTED: "told.objected",
    REJECTED: "told.stands",
    **{message: f"told.{ending}" for ending, message in MESSAGES.items()},
}
"""Steps of which the status alone says too little, by their message; as in web/shared/told_steps.json."""
SOON: Final = timedelta(minutes=2)
LATER_THAN_PLANNED: Final = timedelta(minutes=10)
FINE_WITHIN: Final = timedelta(minutes=20)
ROUGH_S: Final = 300
FINE_S: Final = 60
# What comes first where two happened at the same moment; what is not named here comes last.
ORDER: Final = (
    "status.available",
    "status.assigned",
    "event.arrived_at_pickup",
    "status.picked_up",
    "event.left_pickup",
    "status.in_transit",
    "event.arrived_at_dropoff",
    "event.left_dropoff",
)

_Told = tuple[datetime, str, str]
"""When it happened, the key of its words, and the words where none are known."""

_templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


def write_page(
    page: bytes,
    say: Speech,
    parcel: Mapping[str, Any] | None,
    now: datetime,
    *,
    ended: bool = False,
    typed: str = "",
) -> bytes:
    """The built page with a parcel in it; ``parcel`` is the answer of ``track/``, None where there is none.

    ``ended``: it was opened by a share link that is no longer good. ``typed``: the number that nobody's parcel has.
    """
    missing = "tracking.ended" if ended else "tracking.unknown"
    title = f"{answer_of(parcel, say, now)} · {say('tracking.title')}" if parcel else say(missing)
    state = json.dumps({"ended": True} if ended else parcel, default=_written, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    text = page.decode()
    text = text.replace('<html lang="en">', f'<html lang="{say.language}">', 1)
    text = text.replace(
        "<title>Dispatch</title>", f"<title>{escape(title)}</title>{_preview(parcel, say)}{_refresh(parcel)}", 1
    )
    return text.replace(
        "<!--content-->",
        f'{_content(parcel, say, now, missing, typed)}<script type="application/json" id="state">{state}</script>',
        1,
    ).encode()


def _preview(parcel: Mapping[str, Any] | None, say: Speech) -> str:
    """What a messenger shows of a link: that somebody follows a parcel, no names, no places, no number."""
    if parcel is None:
        return ""
    told = {"og:type": "website", "og:title": say("tracking.title"), "og:description": say("tracking.preview")}
    return "".join(f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items())


def _refresh(parcel: Mapping[str, Any] | None) -> str:
    return REFRESH if parcel is not None and parcel["status"] not in OVER else ""


def _content(parcel: Mapping[str, Any] | None, say: Speech, now: datetime, missing: str, typed: str) -> str:
    template = _templates.get_template("tracking.html.jinja")
    if parcel is None:
        return template.render(parcel=None, t=say, missing=missing, typed=typed, language=say.language)
    vehicle = (parcel["transporter"] or {}).get("vehicle_type")
    return template.render(
        parcel=parcel,
        t=say,
        what=what_of(parcel, say),
        answer=answer_of(parcel, say, now),
        stops=stops_of(parcel, say, now),
        status=status_of(parcel, say, now),
        late=late_of(parcel, say, now),
        history=[(at, say.clock(at, now), text) for at, text in story_of(parcel, say)],
        vehicle=say(f"vehicle.{vehicle}", otherwise=str(vehicle)),
        over=parcel["status"] in OVER,
        put_away=is_put_away(parcel),
    )


def is_put_away(parcel: Mapping[str, Any]) -> bool:
    """Whether it is over, and its journey is shown no more to whoever looks."""
    return parcel["status"] in OVER and "after_end" in parcel["hidden"]


def what_of(parcel: Mapping[str, Any], say: Speech) -> str:
    """What is carried: its weight in kg, and whether it breaks."""
    details = parcel["package_details"]
    weight = say("parcel.weight", weight=f"{details['weight']:,.2f}".rstrip("0").rstrip("."))
    return f"{weight} · {say('parcel.fragile')}" if details["fragile"] else weight


def answer_of(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """The one sentence that people come for."""
    status = parcel["status"]
    if _never_came(parcel):
        return say(f"answer.{parcel['return_ended'] or parcel['ending']}")
    if status in OVER:
        at = parcel["ended_at"]
        return say(f"answer.{status}", at=say.clock(at, now)) if at else say(f"status.{status}")
    if status == "available":
        return _waiting(parcel, say, now)
    return _coming(parcel, say, now)


def _coming(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """Of a parcel that somebody has: when it comes, or why that is not said."""
    window = parcel["eta"]
    again = parcel["next_try"]
    waits = again is not None and again["starts_at"] > now  # where the courier is says nothing about that
    if not waits and (_at_door(parcel) or _is_undecided(parcel)):
        return say("answer.at_door" if _at_door(parcel) else "answer.undecided")
    if window is None or waits:
        expected = again["starts_at"] if waits else parcel["estimated_delivery_time"]
        return say("answer.expected", at=say.clock(expected, now)) if expected else say("answer.under_way")
    earliest, latest = _rounded(window["earliest"], window["latest"], now)
    if latest - now < SOON:
        return say("answer.now")
    begin, end = say.stretch(earliest, latest, now)
    return say("answer.window", **{"from": begin, "to": end})


def stops_of(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """How many stops for others come before; empty where no time is told, or it is fetched first."""
    again, window = parcel["next_try"], parcel["eta"]
    if window is None or parcel["status"] not in UNDER_WAY or (again is not None and again["starts_at"] > now):
        return ""
    before = window["stops_before"]
    if _at_door(parcel) or _rounded(window["earliest"], window["latest"], now)[1] - now < SOON:
        return ""
    if not before:
        return say("stops.none") if parcel["status"] in ABOARD else ""
    return say("stops.one" if before == 1 else "stops.many", count=str(before))


def status_of(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """How it stands, in a sentence below the answer; empty where the answer has said it."""
    if _is_held(parcel, now):
        return say("on_hold.help")
    again = parcel["next_try"]
    if parcel["status"] in UNDER_WAY and again is not None and again["starts_at"] > now:
        return say("status.waits")
    if _never_came(parcel):
        return say("status.never_came")
    if parcel["status"] in OVER:
        return ""
    if _is_undecided(parcel):
        return say("status.no_more_tries" if parcel["tries_left"] == 0 else "status.undecided")
    return say(f"status.{parcel['status']}")


def late_of(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """What was promised, where it comes later than that; empty where it does not, or nothing more can be said."""
    expected = _expected(parcel, now)
    due, planned = parcel["requested_delivery_date"], parcel["planned_delivery_time"]
    if expected is None:
        return ""
    if due is not None:
        return say("late.due", at=say.clock(due, now)) if expected > due else ""
    if planned is not None and expected - planned >= LATER_THAN_PLANNED:
        return say("late.planned", at=say.clock(planned, now))
    return ""


def _expected(parcel: Mapping[str, Any], now: datetime) -> datetime | None:
    """When it is at the door; now at the soonest, while nobody has it. None where nobody can tell yet."""
    again, window = parcel["next_try"], parcel["eta"]
    if parcel["status"] == "available":
        return None if _is_held(parcel, now) else now
    if parcel["status"] not in UNDER_WAY or _at_door(parcel):
        return None
    if again is not None and again["starts_at"] > now:
        at: datetime = again["starts_at"]
        return at
    return None if window is None else window["earliest"] + (window["latest"] - window["earliest"]) / 2


def _is_undecided(parcel: Mapping[str, Any]) -> bool:
    """Nobody took it at the door, and nobody has said when it is tried again."""
    known = (parcel["next_try"], parcel["eta"], parcel["estimated_delivery_time"])
    return parcel["status"] in ABOARD and bool(parcel["attempts"]) and all(one is None for one in known)


def _waiting(parcel: Mapping[str, Any], say: Speech, now: datetime) -> str:
    """Of a parcel that nobody has: whether somebody is looked for, or from when."""
    if not _is_held(parcel, now):
        return say("answer.available")
    until = parcel["on_hold"]["until"]
    return say("answer.on_hold.until", at=say.clock(until, now)) if until else say("answer.on_hold")


def _is_held(parcel: Mapping[str, Any], now: datetime) -> bool:
    """Whether a person lets it wait now."""
    hold = parcel["on_hold"]
    return parcel["status"] == "available" and hold is not None and (hold["until"] is None or hold["until"] > now)


def _rounded(earliest: datetime, latest: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Outwards to 5 minutes while it is far off, to 1 minute when it is near: nobody is promised more than is known."""
    step_s = ROUGH_S if latest - now > FINE_WITHIN else FINE_S
    begin, end = earliest.timestamp() // step_s * step_s, -(-latest.timestamp() // step_s) * step_s
    return datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)


def _at_door(parcel: Mapping[str, Any]) -> bool:
    """Whether the courier has come to the door, was not there in vain, and has not left it again."""
    visits = [event for event in parcel["events"] if str(event["kind"]).endswith("_dropoff")]
    if not visits or visits[-1]["kind"] != "arrived_at_dropoff":
        return False
    return not parcel["attempts"] or bool(parcel["attempts"][-1]["timestamp"] < visits[-1]["timestamp"])


def _never_came(parcel: Mapping[str, Any]) -> bool:
    """Whether it ended without having come: called off is another thing."""
    return parcel["ending"] == "lost" or (parcel["status"] == "cancelled" and parcel["ending"] is not None)


def story_of(parcel: Mapping[str, Any], say: Speech) -> list[tuple[datetime, str]]:
    """What happened so far, newest first. The page's program tells the same: ``history`` in web/tracking/parcel.ts."""
    tried = {one["message"]: f"tried.{one['reason']}" for one in parcel["attempts"]} | SAID
    steps = [
        (one["timestamp"], tried.get(one["message"]) or f"status.{one['status']}", one["message"])
        for one in parcel["tracking_history"]
    ]
    events = [(one["timestamp"], f"event.{one['kind']}", one["message"]) for one in parcel["events"]]
    told = sorted([*steps, *events], key=lambda one: one[0])
    # A handover has the time of the phone that was without a network; the way is noticed only once there is one.
    way, end = _first(told, "status.in_transit"), _first(told, "status.delivered")
    told = [(_earlier(one, end), *one[1:]) if one is way else one for one in told]
    taken = _first(told, "status.picked_up")
    if taken is not None:
        arrived = _first(told, "event.arrived_at_pickup")
        left = _first([one for one in told if one[0] >= taken[0]], "event.left_pickup")
        way = _first(told, "status.in_transit")
        # They are noticed by distance and dwell, so they may be dated after the step that they come before.
        told = [(_earlier(one, taken if one is arrived else way if one is left else None), *one[1:]) for one in told]
    told.sort(key=lambda one: (one[0], ORDER.index(one[1]) if one[1] in ORDER else len(ORDER)), reverse=True)
    return [(at, say(key, otherwise=message)) for at, key, message in told]


def _first(told: Iterable[_Told], key: str) -> _Told | None:
    return next((one for one in told if one[1] == key), None)


def _earlier(one: _Told, step: _Told | None) -> datetime:
    return one[0] if step is None else min(one[0], step[0])


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
