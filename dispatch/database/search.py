"""Finding words in names however they are typed: composed or not, with or without nukta; phones and numbers too.

Texts are compared as ``search_words``, a function of the database, makes them, phone numbers by ``search_digits``.
Where there are many, an index of trigrams finds those of three signs or more: of what ``search_letters`` makes of the
words, for trigrams know letters by the database's locale, and some know none but ours.
"""

import re
import string
import unicodedata
from collections.abc import Iterable
from functools import reduce
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Index,
    MetaData,
    SQLColumnExpression,
    Text,
    event,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.engine import Connection

from dispatch.database.base import metadata

# The dot below a letter, which many leave out (बाज़ार, बाजार), and signs that join or keep apart and are not seen.
LEFT_OUT = "\u093c\u200b\u200c\u200d\u2060\ufeff"
LEAST_DIGITS: Final = 5
"""Of a phone number, so that a house number finds nobody's phone."""
DIALLED: Final = re.compile(r"[0-9+() ./-]+")
WHOLE: Final = re.compile(r"[1-9][0-9]{0,17}")
# Between texts that are compared together: no blank, whatever the database's locale, and in nothing that is looked for.
BETWEEN: Final = "chr(1)"
TRIGRAMS: Final = "gin_trgm_ops"
DEVANAGARI: Final = "".join(map(chr, range(0x900, 0x980)))
LETTERS: Final = "".join((string.ascii_lowercase + string.digits)[at % 36] for at in range(len(DEVANAGARI)))
_FUNCTION: Final = "(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN"
FUNCTIONS: Final = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    rf"""
    CREATE OR REPLACE FUNCTION search_words{_FUNCTION}
    lower(regexp_replace(translate(normalize(written, NFKD), '{LEFT_OUT}', ''), '\s+', ' ', 'g'))
    """,
    rf"""
    CREATE OR REPLACE FUNCTION search_digits{_FUNCTION} regexp_replace(written, '[^0-9\x01]', '', 'g')
    """,
    f"""
    CREATE OR REPLACE FUNCTION search_letters{_FUNCTION} CASE
    WHEN octet_length(written) = length(written) THEN written ELSE translate(written, '{DEVANAGARI}', '{LETTERS}') END
    """,
)
"""What stands in the migrations too: for a schema that is made from the models."""


def folded_text(text: str) -> str:
    """A text as it is compared: taken apart (NFKD), without nukta and joiners, with single blanks and none around."""
    apart = unicodedata.normalize("NFKD", text).translate(dict.fromkeys(map(ord, LEFT_OUT)))
    return re.sub(r"[\s\x01]+", " ", apart).strip()


def contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text, both folded, in capitals or not."""
    return any_contains((column,), text)


def any_contains(columns: Iterable[SQLColumnExpression[str]], text: str) -> ColumnElement[bool]:
    """The same for one of several columns of a row, none of which is NULL."""
    return words_of(columns).like(_wanted(text), escape="/")


def indexed_contains(columns: Iterable[SQLColumnExpression[str]], text: str) -> ColumnElement[bool]:
    """The same by the index that these columns have (``searched_index``)."""
    return stored_contains(words_of(columns), text)


def stored_contains(words: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """The same of words that are kept as they are compared; by the index of their letters."""
    letters = func.search_letters(words).like(func.search_letters(_wanted(text)), escape="/")
    return words.like(_wanted(text), escape="/") & letters


def phones_like(text: str, columns: Iterable[SQLColumnExpression[str]]) -> list[ColumnElement[bool]]:
    """Whether a phone number in one of the columns has the digits that somebody typed, with or without +977 and blanks.

    Nothing where the text is no part of a phone number, or too short a one.
    """
    return stored_phones_like(text, digits_of(columns))


def stored_phones_like(text: str, phones: SQLColumnExpression[str]) -> list[ColumnElement[bool]]:
    """The same of the digits of phone numbers that are kept."""
    digits = re.sub(r"\D", "", text) if DIALLED.fullmatch(text.strip()) else ""
    digits = digits.removeprefix("00").removeprefix("977").removeprefix("0") or digits
    return [phones.contains(digits)] if len(digits) >= LEAST_DIGITS else []


def is_number(column: SQLColumnExpression[int], text: str) -> ColumnElement[bool]:
    """Whether a number is the one that somebody typed, as in "16" or "#16"."""
    typed = text.strip().removeprefix("#")
    return column == int(typed) if WHOLE.fullmatch(typed) else false()


def searched_index(name: str, words: Iterable[str], phones: Iterable[str] = ()) -> Index:
    """For a table: of the letters of these columns together, and of the digits of those."""
    parts = [func.search_letters(words_of(map(literal_column, words))).label("letters")]
    if phones:
        parts.append(digits_of(map(literal_column, phones)).label("digits"))
    operators = {"letters": TRIGRAMS, "digits": TRIGRAMS}
    return Index(name, *parts, postgresql_using="gin", postgresql_ops=operators)


def words_of(columns: Iterable[SQLColumnExpression[str]]) -> ColumnElement[str]:
    """The texts of several columns as they are compared, apart from each other."""
    return func.search_words(_together(columns), type_=Text)


def digits_of(columns: Iterable[SQLColumnExpression[str]]) -> ColumnElement[str]:
    """The digits of several phone numbers, apart from each other."""
    return func.search_digits(_together(columns), type_=Text)


def make_functions(_: MetaData, connection: Connection, **__: Any) -> None:  # noqa: ANN401  SQLAlchemy's
    """Before tables are made from the models."""
    for statement in FUNCTIONS:
        connection.execute(text(statement))


event.listen(metadata, "before_create", make_functions)


def _wanted(text: str) -> ColumnElement[str]:
    escaped = re.sub("([/%_])", r"/\1", folded_text(text))
    return func.lower(f"%{escaped}%")


def _together(columns: Iterable[SQLColumnExpression[str]]) -> SQLColumnExpression[str]:
    between: ColumnElement[str] = literal_column(BETWEEN)
    return reduce(lambda all_of, one: all_of.op("||")(between).op("||")(one), columns)
