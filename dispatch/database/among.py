"""Whether a column is one of many values, in a statement that is the same however many they are."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, literal
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """``column = ANY (array)``: false where there are no values.

    ``IN`` with a parameter for each value is another statement for each number of them: each connection prepares and
    keeps it anew, and PostgreSQL takes no more than 32,767.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))
