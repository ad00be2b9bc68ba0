"""A row of a table as the body that its route takes, with all that is wrong in it by column."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args

import msgspec

from api.adapters.sheets.rows import Row, UnreadableFile
from api.http.bodies import fitting_fields, problems_in
from api.http.field_checks import Given
from api.http.schemas import Body
from api.http.suggestions import is_near, nearest
from api.http.texts import tidied
from dispatch.errors import DispatchError, Invalid
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME

AnyBody = TypeVar("AnyBody", bound=Body)
FieldCheck = Callable[[Given], Awaitable[object]]
FORMULA: Final = "is a formula: put its value there"
YES: Final = frozenset({"true", "yes", "1"})
WHOLE: Final = re.compile(r"-?[0-9]{1,30}", re.ASCII)
NOTHING: Final = "none"
"""In a column of several words: that there are none, where an empty cell leaves it to what is usual."""
BETWEEN: Final = re.compile(r"[\s,;]+")
NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,400})?", re.ASCII)
"""With as many decimals as the least of floats needs, which are exported without an exponent."""
IN_DIGITS: Final = frozenset({int, float, Decimal, datetime, date})
NO: Final = frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row; ``column`` is empty where it is the row as a whole."""

    row: int
    column: str
    detail: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, as its first row names them."""

    names: tuple[str, ...]
    types: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    def content(self, row: Row) -> tuple[dict[str, Any], dict[str, str]]:
        """The fields of a row, empty ones left out, and what is wrong with cells already."""
        content: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for place, text in enumerate(row.cells):
            if place in row.formulas and place < len(self.names):
                problems[self.names[place]] = FORMULA
            elif not text.strip():
                continue
            elif place >= len(self.names):
                problems[f"column {place + 1}"] = "stands beyond the last column that has a name"
            else:
                content[self.names[place]] = _value(text.strip(), self.types[self.names[place]])
        return content, problems


NO_CELLS = frozenset({"proof"})
"""What a body may say and a cell cannot: it has parts of its own."""


def columns_of(first: Row, wanted: type[Body]) -> Columns:
    """Read the row of names. Raises UnreadableFile, naming all that is wrong."""
    known = {one.encode_name: one for one in msgspec.structs.fields(wanted) if one.encode_name not in NO_CELLS}
    names = tuple(cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in first.cells)
    while names and not names[-1]:  # spreadsheets write commas for columns in which there is nothing
        names = names[:-1]
    wrong = [f"column {place} has no name" for place, name in enumerate(names, 1) if not name]
    unknown = [name for name in names if name and name not in known]
    # The columns that fit are named once, at the end.
    wrong += [f"“{name}” is no column here{nearest(name, known) if is_near(name, known) else ''}" for name in unknown]
    wrong += [f"“{name}” stands twice" for name in sorted({name for name in names if name and names.count(name) > 1})]
    wrong += [
        f"“{one.encode_name}” is missing" for one in known.values() if one.required and one.encode_name not in names
    ]
    if wrong:
        raise UnreadableFile(f"of its columns {'; '.join(wrong[:20])}. What fits: {', '.join(known)}")
    return Columns(names, {name: tuple(_plain(known[name].type)) for name in names})


async def body_of(row: Row, columns: Columns, wanted: type[AnyBody], check: FieldCheck) -> AnyBody | list[RowProblem]:
    """The row as a body that is right, or all that is wrong with it."""
    content, problems = columns.content(row)
    tidy, texts = tidied(content, wanted)
    found = problems_in(wanted, tidy) | texts | problems
    try:
        await check(fitting_fields(wanted, tidy, found))
    except DispatchError as error:
        found = told(error) | found
    if found:
        return [RowProblem(row.number, _column(name), words) for name, words in found.items()]
    return msgspec.convert(tidy, wanted)


def told(error: DispatchError) -> dict[str, str]:
    """What an error says, by column."""
    if isinstance(error, Invalid) and error.fields:
        return error.fields
    return {"": error.detail}


def _column(path: str) -> str:
    """`images[3]` lies in the column of images; what is wrong with the whole in none."""
    name = path.partition("[")[0].partition(".")[0]
    return "" if name == "body" else name


def _plain(kind: Any) -> Sequence[object]:  # noqa: ANN401  any type
    """The types that a field may have, without what they are wrapped in."""
    if hasattr(kind, "__metadata__"):
        return _plain(kind.__origin__)
    if getattr(kind, "__origin__", None) is list:
        return [list, *_plain(get_args(kind)[0])]
    members = get_args(kind)
    return [one for member in members for one in _plain(member)] if members else [kind]


def _value(text: str, kinds: Sequence[object]) -> Any:  # noqa: ANN401  as JSON has it
    """A cell as JSON would have it; what does not fit stays a text, which is then refused in words."""
    if list in kinds:
        return _several(text, kinds)
    if any(kind in IN_DIGITS for kind in kinds):
        text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    if bool in kinds and text.lower() in YES | NO:
        return text.lower() in YES
    if int in kinds and WHOLE.fullmatch(text):
        return int(text)
    if float in kinds and NUMBER.fullmatch(text):
        return float(text)
    return _moment(text) if datetime in kinds else text


def _moment(text: str) -> str:
    """As JSON has it; a time without an offset is Nepal's, and a day begins at midnight, as in a workbook."""
    text = text.replace(" ", "T", 1)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (found if found.tzinfo else found.replace(tzinfo=NEPAL_TIME)).isoformat()


def _several(text: str, kinds: Sequence[object]) -> list[str]:
    """The words of a cell; only addresses have signs in them that people put between words."""
    if text.lower() == NOTHING:
        return []
    return text.split() if str in kinds else [word.lower() for word in BETWEEN.split(text) if word]
