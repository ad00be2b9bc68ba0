"""What is wrong with which field, in words for whoever filled it in.

The framework and msgspec say it in the language of types, patterns included; what they say is translated by the table
below. Words that are in no line of it, our own among them, stay as they are.
"""

import re
from collections.abc import Callable
from typing import Any

from litestar.exceptions import ValidationException

from api.http import schemas

# How the framework and the bodies of `api.http.schemas` name a field in their messages.
MISSING_FIELD = re.compile(r"^Object missing required field `(?P<field>\w+)`$")
MISSING_PARAMETER = re.compile(r"^Missing required \w+ parameter '(?P<field>[\w-]+)'")
NAMED_FIELD = re.compile(r"^`(?P<field>[\w.]+)` (?P<message>.+)$", re.DOTALL)
NO_BODY = "'data'"

KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "an amount",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "datetime": "a time",
    "date": "a date",
    "uuid": "a UUID",
}
PATTERNS = {
    schemas.NO_NUL: "must not contain the character NUL",
    schemas.NOT_BLANK: "must have a character that can be seen",
    schemas.SEARCHABLE: "must have a character that can be seen",
    schemas.PHONE: "must be a phone number, like +977-9841234567",
    schemas.URL: "must be an address that begins with http:// or https://",
    schemas.IMAGE: "must be an address that begins with https:// or /media/",
    schemas.PRINTABLE: "must be of the printable characters of ASCII, without spaces",
    schemas.SLUG: "must be of a-z, 0-9, spaces, _ and -, and begin with a letter",
}
UNITS = {"str": ("character", "characters"), "array": ("item", "items"), "object": ("entry", "entries")}
LIMITS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}


def _pattern(found: re.Match[str]) -> str:
    # The message shows the pattern as Python would write it.
    shown = {repr(pattern): words for pattern, words in PATTERNS.items()}
    return shown.get(found["pattern"], f"must match the pattern {found['pattern']}")


def _kind(found: re.Match[str]) -> str:
    asked = " or ".join(KINDS.get(kind, kind) for kind in found["asked"].split(" | ") if kind != "null")
    return f"must be {asked}, not {KINDS.get(found['got'], found['got'])}"


def _length(found: re.Match[str]) -> str:
    one, more = UNITS[found["kind"]]
    return f"must have {LIMITS[found['compare']]} {found['limit']} {one if found['limit'] == '1' else more}"


def _range(found: re.Match[str]) -> str:
    return f"must be {LIMITS[found['compare']]} {found['limit'].removesuffix('.0')}"


RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(r"^Expected `str` matching regex (?P<pattern>.+)$", re.DOTALL), _pattern),
    (re.compile(r"^Expected `(?P<asked>[\w |]+)`, got `(?P<got>\w+)`$"), _kind),
    (re.compile(r"^Expected `(?P<kind>str|array|object)` of length (?P<compare>[<>]=?) (?P<limit>\d+)$"), _length),
    (re.compile(r"^Expected `(?:int|float)` (?P<compare>[<>]=?) (?P<limit>-?[\d.]+)$"), _range),
    (
        re.compile(r"^Expected `datetime` with a timezone component$"),
        lambda _: "must say its offset from UTC, like 2026-01-31T09:30:00+05:45",
    ),
    (re.compile(r"^Invalid RFC3339 encoded datetime$"), lambda _: "must be a time, like 2026-01-31T09:30:00+05:45"),
    (re.compile(r"^Invalid RFC3339 encoded date$"), lambda _: "must be a date, like 2026-01-31"),
    (re.compile(r"^Invalid UUID$"), lambda _: "must be a UUID, like 3f2b8c1e-5d47-4a90-9c6e-8b1f7d2a4e63"),
    (re.compile(r"^Invalid decimal string$"), lambda _: "must be an amount, like 120.50"),
    (re.compile(r"^(?:Integer value|Number) out of range$"), lambda _: "must not be so large a number"),
    (re.compile(r"^Invalid enum value (?P<value>.+)$", re.DOTALL), lambda found: f"cannot be {found['value']}"),
]


def problems_of(error: ValidationException) -> list[dict[str, Any]]:
    """What the framework found, one a field."""
    extra = error.extra if isinstance(error.extra, list) else []
    return [problem for problem in extra if isinstance(problem, dict)] or [{"message": error.detail}]


def named_fields(problems: list[dict[str, Any]]) -> dict[str, str]:
    """The fields, as paths from the body or names of parameters, and what is wrong with each."""
    return dict(_named(str(problem.get("key", "")), str(problem["message"])) for problem in problems)


def _named(key: str, message: str) -> tuple[str, str]:
    within = [key] if key not in {"", "data"} else []
    if message == NO_BODY:
        return "body", "is required: send a JSON object"
    if missing := MISSING_FIELD.match(message) or MISSING_PARAMETER.match(message):
        return ".".join([*within, missing["field"]]), "is required"
    if named := NAMED_FIELD.match(message):
        return ".".join([*within, named["field"]]), named["message"]
    return ".".join(within) or "body", in_words(message)


def in_words(message: str) -> str:
    """The same, as one would say it to a person. A message that no rule knows is returned as it is."""
    for rule, words in RULES:
        if found := rule.match(message):
            return words(found)
    return message
