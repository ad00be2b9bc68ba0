"""JSON as others write it, read as far as it can be: what is wrong with one value must not cost the others.

A strict reader gives a whole text up for a number beyond what a float holds, half a surrogate pair in a text, or
nesting beyond its stack, also where nobody asks for that value.
"""

import json
import re
from typing import Any

import msgspec

# Deeper values are read as null; nothing that we read lies so deep.
MAX_DEPTH = 32
# Beyond so many, looking for the deep ones takes longer than what came is worth.
MAX_BRACKETS = 5_000
# No integer that we read has more digits, and long ones take long to read.
MAX_DIGITS = 20

_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
# Escapes from left to right, so that `\\ud800` is a backslash and letters: whole pairs, halves, any other.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


class NotJson(Exception):
    """Not even nearly JSON; says why."""


def read_loosely(raw: str | bytes) -> Any:  # noqa: ANN401  # whatever stands there
    """What a text says. Numbers out of range are infinite, deep values are None. Halves of pairs become
    U+FFFD, as bytes that are no UTF-8 do: they could be neither stored, nor hashed, nor sent back.

    Raises NotJson.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = raw if isinstance(raw, str) else raw.decode(errors="replace")
    if _HALF_PAIR.search(text):
        text = _ESCAPE.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], text)
    try:
        return _parse(text)
    except RecursionError:
        pass
    except ValueError as error:
        raise NotJson(f"not JSON: {error}") from None
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        raise NotJson("nested too deep")
    try:
        return _parse(_shallow(text))
    except (ValueError, RecursionError):
        raise NotJson("nested too deep") from None


def _parse(text: str) -> Any:  # noqa: ANN401  # whatever stands there
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _shallow(text: str) -> str:
    """The text with null in the place of every value that lies too deep."""
    kept: list[str] = []
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in {"[", "{"}:
            depth += 1
            if depth == MAX_DEPTH + 1:
                kept += (text[begin : token.start()], "null")
        elif sign in {"]", "}"}:
            if depth == MAX_DEPTH + 1:
                begin = token.end()
            depth -= 1
    return "".join((*kept, text[begin:]))
