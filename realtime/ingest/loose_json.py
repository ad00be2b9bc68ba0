"""JSON as others write it, read as far as it can be: what is wrong with one value must not cost the others.

A strict reader gives a whole text up for a number beyond what a float holds, half a surrogate pair in a text, or
nesting beyond its stack, also where nobody asks for that value.
"""

import json
import re
from typing import Any

import msgspec
import numpy as np

# Deeper values are read as null; nothing that we read lies so deep.
MAX_DEPTH = 32
# No integer that we read has more digits, and long ones take long to read.
MAX_DIGITS = 20

_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
# Escapes from left to right, so that `\\ud800` is a backslash and letters: whole pairs, halves, any other.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
# What each sign of a text does to the depth.
_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("["), ord("{")]], _STEPS[[ord("]"), ord("}")]] = 1, -1


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
    try:
        return _parse(_shallow(text))
    except (ValueError, RecursionError):
        raise NotJson("nested too deep") from None


def _parse(text: str) -> Any:  # noqa: ANN401  # whatever stands there
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _shallow(text: str) -> str:
    """The text with null in the place of every value that lies too deep. All at once: a loop over brackets would cost
    whoever waits a second for a text that is nothing but brackets.
    """
    raw = text.encode("utf-8", "surrogatepass")
    signs = np.frombuffer(_ESCAPED.sub(b"  ", raw), np.uint8)
    within_text = np.add.accumulate(signs == ord('"'), dtype=np.uint8) & 1  # it counts modulo 256
    steps = _STEPS[signs] * (within_text == 0)
    depth = np.add.accumulate(steps, dtype=np.int32)
    begins = np.flatnonzero((depth == MAX_DEPTH + 1) & (steps > 0))
    ends = np.flatnonzero((depth == MAX_DEPTH) & (steps < 0)) + 1
    if len(begins) != len(ends):
        raise ValueError("what is opened is not closed")
    kept = [raw[start:end] for start, end in zip([0, *ends.tolist()], [*begins.tolist(), len(raw)], strict=True)]
    return b"null".join(kept).decode("utf-8", "surrogatepass")
