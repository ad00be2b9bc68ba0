"""Finding words in names however they are typed: composed or not, with or without nukta; phones and numbers too."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, literal_column

# The dot below a letter, which many leave out (बाज़ार, बाजार), and signs that join or keep apart and are not seen.
LEFT_OUT = "\u093c\u200b\u200c\u200d\u2060\ufeff"
LEAST_DIGITS: Final = 5
"""Of a phone number, so that a house number finds nobody's phone."""
DIALLED: Final = re.compile(r"[0-9+() ./-]+")
WHOLE: Final = re.compile(r"[1-9][0-9]{0,17}")


def folded_text(text: str) -> str:
    """A text as it is compared: taken apart (NFKD), without nukta and joiners, with single blanks and none around."""
    apart = unicodedata.normalize("NFKD", text).translate(dict.fromkeys(map(ord, LEFT_OUT)))
    return re.sub(r"\s+", " ", apart).strip()


def contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text, both folded, in capitals or not."""
    apart = func.translate(func.normalize(column, literal_column("NFKD")), LEFT_OUT, "")
    return func.regexp_replace(apart, r"\s+", " ", "g").icontains(folded_text(text), autoescape=True)


def phones_like(text: str, columns: Iterable[SQLColumnExpression[str]]) -> list[ColumnElement[bool]]:
    """For each column whether its phone number has the digits that somebody typed, with or without +977 and blanks.

    Nothing where the text is no part of a phone number, or too short a one.
    """
    digits = re.sub(r"\D", "", text) if DIALLED.fullmatch(text.strip()) else ""
    digits = digits.removeprefix("00").removeprefix("977").removeprefix("0") or digits
    if len(digits) < LEAST_DIGITS:
        return []
    return [func.regexp_replace(column, "[^0-9]", "", "g").contains(digits) for column in columns]


def is_number(column: SQLColumnExpression[int], text: str) -> ColumnElement[bool]:
    """Whether a number is the one that somebody typed, as in "16" or "#16"."""
    typed = text.strip().removeprefix("#")
    return column == int(typed) if WHOLE.fullmatch(typed) else false()
