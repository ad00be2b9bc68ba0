"""Texts of request bodies, brought into the form in which they are kept before anything measures them.

So what is stored is what was checked: no product named by blanks, no order for a phone that nobody can call, and
`"1_000"` is no amount.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import NODEFAULT, inspect

from api.http.schemas import TextKind
from dispatch.phone_numbers import NotAPhoneNumber, phone_number
from dispatch.text import Unprintable, has_visible, one_line, several_lines

# An amount as JSON and people write it; Python's own reader takes 1_000, ١٢ and 1E3 as well.
AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
NOT_AN_AMOUNT = "must be an amount like 1250.00: digits, with a point before the paisa"
NOT_VISIBLE = "must have a character that can be seen"
NOT_A_PHONE = "must be a phone number, like +977-9841234567"
# A decomposed text is up to so many times longer than the same one composed.
DECOMPOSED = 4

_CLEANED: dict[TextKind, Callable[[str], str]] = {
    TextKind.LINE: one_line,
    TextKind.LINES: several_lines,
    TextKind.CODE: str.strip,
    TextKind.AS_IS: str,
}


class _Absent:
    """In the place of an optional text in which there is nothing to see."""


ABSENT = _Absent()
Problems = dict[str, str]


def tidied(content: object, wanted: Any) -> tuple[object, Problems]:  # noqa: ANN401  # any type
    """The body ``wanted`` from ``content`` with its texts in the form that is kept, and what is wrong with them."""
    problems: Problems = {}
    return _tidied(content, _type_of(wanted), "", problems), problems


@cache
def _type_of(wanted: Any) -> inspect.Type:  # noqa: ANN401
    return inspect.type_info(wanted)


def _tidied(value: object, kind: inspect.Type, path: str, problems: Problems) -> object:
    """The value with its texts in the form that is kept; what is wrong with them goes to ``problems`` by path."""
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra |= kind.extra or {}
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        member = _member_for(value, kind.types)
        return value if member is None else _tidied(value, member, path, problems)
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        return _tidied_struct(value, kind, path, problems)
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return [_tidied_entry(item, kind.item_type, f"{path}[{at}]", problems) for at, item in enumerate(value)]
    if isinstance(kind, inspect.IntType) and isinstance(value, float) and value.is_integer():
        return int(value)  # in JSON 2.0 is a whole number, which some write so
    if isinstance(value, str):
        return _tidied_text(value, kind, extra, path, problems)
    return value


def _tidied_entry(value: object, kind: inspect.Type, path: str, problems: Problems) -> object:
    """One of a list, which is never left out: it says something or is wrong."""
    found = _tidied(value, kind, path, problems)
    if found is ABSENT:
        problems[path] = NOT_VISIBLE
        return value
    return found


def _member_for(value: object, members: tuple[inspect.Type, ...]) -> inspect.Type | None:
    """The member of a union that a value of this sort is meant for."""
    sorts: tuple[type[inspect.Type], ...] = (inspect.StrType, inspect.DecimalType)
    if isinstance(value, dict):
        sorts = (inspect.StructType,)
    elif isinstance(value, list):
        sorts = (inspect.ListType,)
    elif isinstance(value, float):
        sorts = (inspect.IntType,)
    for member in members:
        bare = member
        while isinstance(bare, inspect.Metadata):
            bare = bare.type
        if isinstance(bare, sorts):
            return member
    return None


def _tidied_struct(value: dict[Any, Any], kind: inspect.StructType, path: str, problems: Problems) -> dict[Any, Any]:
    tidied = dict(value)
    for field in kind.fields:
        name = field.encode_name
        if name not in tidied:
            continue
        within = f"{path}.{name}" if path else name
        found = _tidied(tidied[name], field.type, within, problems)
        if found is not ABSENT:
            tidied[name] = found
        elif field.required or (field.default is NODEFAULT and field.default_factory is NODEFAULT):
            problems[within] = NOT_VISIBLE  # a change to nothing is no change that was left out
        else:
            del tidied[name]
    return tidied


def _tidied_text(value: str, kind: inspect.Type, extra: dict[str, Any], path: str, problems: Problems) -> object:
    if isinstance(kind, inspect.DecimalType) and not AMOUNT.fullmatch(value):
        problems[path] = NOT_AN_AMOUNT
    if not isinstance(kind, inspect.StrType):
        return value
    text_kind = TextKind(extra.get("text", TextKind.LINE))
    if text_kind is TextKind.PHONE:
        return _tidied_phone(value, path, problems)
    if text_kind is TextKind.EMAIL:
        return value if has_visible(value) else ABSENT
    if kind.max_length is not None and len(value) > DECOMPOSED * kind.max_length:
        return value  # refused for its length, without a look at each of its characters
    try:
        text = _CLEANED[text_kind](value)
    except Unprintable as error:
        problems[path] = str(error)
        return value
    return ABSENT if not text and kind.min_length and text_kind is not TextKind.AS_IS else text


def _tidied_phone(value: str, path: str, problems: Problems) -> object:
    if not has_visible(value):
        return ABSENT
    try:
        return phone_number(value)
    except NotAPhoneNumber:
        problems[path] = NOT_A_PHONE
        return value
