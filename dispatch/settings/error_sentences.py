"""What is wrong with a setting, in our own words: the variable, what is wrong, and what fits instead.

No value of a secret or of an address is shown: both may hold a password.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

LONGEST_SHOWN = 40
_SHOWN: tuple[object, ...] = (int, float, bool, Decimal)
_NUMBERS = {int: "a whole number", float: "a number", Decimal: "a number"}


def sentence(variable: str, problem: ErrorDetails, info: FieldInfo | None) -> str:
    """One line for one problem."""
    if problem["type"] == "value_error":  # a check of ours, which says both
        return f"{variable}: {problem.get('ctx', {}).get('error', 'is wrong')}"
    if info is None:
        return f"{variable}: this value is not understood"
    return f"{variable}: {_wrong(problem, info)}; {fitting(info)} fits"


def fitting(info: FieldInfo) -> str:
    """The values that a setting takes."""
    annotation = info.annotation
    if get_origin(annotation) is Literal:
        return _either(get_args(annotation))
    if annotation is bool:
        return "True or False"
    if annotation in _NUMBERS:
        return _NUMBERS[annotation] + _range(info.metadata)
    return "a text" + _length(info.metadata)


def _wrong(problem: ErrorDetails, info: FieldInfo) -> str:
    given = problem.get("input")
    if given == "":
        return "is set to nothing"
    if info.annotation not in _SHOWN and get_origin(info.annotation) is not Literal:
        return "has signs that it may not have, or is too long"
    shown = str(given)
    return f"{shown[:LONGEST_SHOWN]!r}{'…' * (len(shown) > LONGEST_SHOWN)} does not fit"


def _range(metadata: Iterable[Any]) -> str:
    limits: dict[str, Any] = {}
    for one in metadata:
        limits |= {name: getattr(one, name) for name in ("ge", "gt", "le", "lt") if hasattr(one, name)}
    return _lower(limits) + _upper(limits)


def _figure(limit: float | Decimal) -> str:
    return f"{limit:,.10g}" if isinstance(limit, float) else f"{limit:,}"


def _lower(limits: Mapping[str, Any]) -> str:
    if "ge" in limits:
        return f" from {_figure(limits['ge'])}"
    return f" above {_figure(limits['gt'])}" if "gt" in limits else ""


def _upper(limits: Mapping[str, Any]) -> str:
    if "le" in limits:
        return f" to {_figure(limits['le'])}"
    return f" below {_figure(limits['lt'])}" if "lt" in limits else ""


def _length(metadata: Iterable[Any]) -> str:
    longest = next((one.max_length for one in metadata if hasattr(one, "max_length")), None)
    pattern = next((one.pattern for one in metadata if hasattr(one, "pattern")), None)
    said = f" of at most {longest} signs" if longest else ""
    return f"{said} like {pattern}" if pattern else said


def _either(values: tuple[object, ...]) -> str:
    *first, last = map(str, values)
    return f"{', '.join(first)} or {last}" if first else last
