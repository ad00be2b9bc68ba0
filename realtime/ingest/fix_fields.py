"""The fields of a fix, one by one: what cannot be read is named, and what cannot be meant is put right or left out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from realtime.fixes import Flag
from realtime.protocol import FULL_TURN_DEG, MAX_SEQ, MAX_SPEED_MPS, Fix, Seq

FULL_PERCENT = 100.0

_DEGREES = "must be a number of degrees"
_KINDS: dict[str, tuple[Any, str]] = {
    "lat": (float, _DEGREES),
    "lon": (float, _DEGREES),
    "recorded_at": (
        Annotated[datetime, Meta(tz=True)],
        "must be a time in ISO 8601 with an offset, as in 2024-10-27T10:30:00.000Z",
    ),
    "accuracy_m": (float | None, "must be a number of metres or null"),
    "speed_mps": (float | None, "must be a number of metres a second or null"),
    "heading_deg": (float | None, "must be a number of degrees or null"),
    "battery": (float | None, "must be a number from 0 to 1 or null"),
}
_REQUIRED = frozenset({"lat", "lon", "recorded_at"})


class Unnamed(Exception):
    """A ping whose seq cannot be read; says what is there instead."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A ping of which no fix can be made, by its seq; the first field that is wrong, and all of them in words."""

    seq: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """An optional field that cannot be meant as it is: what became of it, and the flag that the fix carries for it."""

    seq: int
    field: str
    detail: str
    flag: Flag


def read_fix(item: object) -> Fix | Malformed:
    """A fix from decoded JSON. Raises Unnamed."""
    if not isinstance(item, Mapping):
        raise Unnamed("a ping must be an object")
    try:
        seq = msgspec.convert(item.get("seq"), Seq)
    except ValueError:  # a ValidationError is one, and so is half a surrogate pair
        raise Unnamed(f"seq must be a whole number from 1 to {MAX_SEQ}") from None
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, (kind, words) in _KINDS.items():
        if name in item or name in _REQUIRED:
            try:
                found[name] = _readable(item[name], kind)
            except KeyError:
                wrong[name] = "is missing"
            except ValueError:
                wrong[name] = words
    if wrong:
        return Malformed(seq, next(iter(wrong)), "; ".join(f"{name} {words}" for name, words in wrong.items()))
    return Fix(seq, **found)


def _readable(value: object, kind: Any) -> Any:  # noqa: ANN401  # a field's type and its value
    """Raises ValueError."""
    found = msgspec.convert(value, kind)  # a ValidationError is a ValueError
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError(found)
    return found


def tidied(fix: Fix) -> tuple[Fix, list[Oddity]]:
    """The fix with what can be meant in its optional fields, and what was odd about them."""
    changes: dict[str, float | None] = {}
    found: list[Oddity] = []
    for name, flag, look in _LOOKS:
        value = getattr(fix, name)
        if value is None:
            continue
        meant, detail = look(value)
        if detail:
            changes[name] = meant
            found.append(Oddity(fix.seq, name, detail, flag))
    return (msgspec.structs.replace(fix, **changes), found) if found else (fix, found)


def _battery(value: float) -> tuple[float | None, str]:
    if 0 <= value <= 1:
        return value, ""
    if 1 < value <= FULL_PERCENT:
        share = round(value / FULL_PERCENT, 6)
        return share, f"{value:g} is no share of charge (0 to 1): taken as percent, {share:g}"
    return None, f"{value:g} is no share of charge (0 to 1): left out"


def _heading(value: float) -> tuple[float | None, str]:
    if 0 <= value <= FULL_TURN_DEG:
        return value, ""
    if FULL_TURN_DEG < value < 2 * FULL_TURN_DEG:
        turned = value - FULL_TURN_DEG
        return turned, f"{value:g} is more than a full turn: taken as {turned:g}"
    return None, f"{value:g} is no heading (0 to 360 degrees): left out"


def _speed(value: float) -> tuple[float | None, str]:
    if 0 <= value <= MAX_SPEED_MPS:
        return value, ""
    return None, f"{value:g} is no speed (0 to {MAX_SPEED_MPS:g} m/s): left out"


def _accuracy(value: float) -> tuple[float | None, str]:
    return (value, "") if value >= 0 else (None, f"{value:g} is no accuracy: left out")


_LOOKS = (
    ("accuracy_m", Flag.POOR_ACCURACY, _accuracy),
    ("speed_mps", Flag.ODD_SPEED, _speed),
    ("heading_deg", Flag.ODD_HEADING, _heading),
    ("battery", Flag.ODD_BATTERY, _battery),
)
