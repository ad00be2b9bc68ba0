"""``python -m api.cli.events_table``: writes the catalogue of events into docs/events.md, from the payloads."""

import inspect
import sys
from datetime import date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec

from dispatch.events.catalogue import PAYLOADS
from dispatch.events.payloads.base import EventData

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
BEGIN, END = "<!-- catalogue -->", "<!-- end of catalogue -->"
WORDS: dict[Any, str] = {
    int: "number",
    str: "text",
    bool: "true or false",
    datetime: "time",
    date: "day",
    UUID: "UUID",
    dict[str, int]: "numbers by name",
}
# Said once for all events of a kind, above the table.
SHARED = {"order_id", "order_number", "delivery_id", "delivery_uuid", "tracking_number"}


def _word(kind: Any) -> str:  # noqa: ANN401  any annotation
    if get_origin(kind) in {Union, UnionType}:
        return " or ".join("null" if one is NoneType else _word(one) for one in get_args(kind))
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(kind))
    return WORDS[kind]


def _fields(payload: type[EventData]) -> str:
    shared = SHARED if payload.type.partition(".")[0] in {"order", "delivery"} else set()
    named = [field for field in msgspec.structs.fields(payload) if field.name not in shared or _is_own(payload, field)]
    return ", ".join(f"`{field.name}` ({_word(field.type)})" for field in named)


def _is_own(payload: type[EventData], field: msgspec.structs.FieldInfo) -> bool:
    """Whether the payload says it itself, beyond what all of its kind say."""
    return field.name in payload.__annotations__


def catalogue() -> str:
    """The table, a line a type."""
    rows = [
        f"| `{payload.type}` | {' '.join((inspect.getdoc(payload) or '').split())} | {_fields(payload)} |"
        for payload in PAYLOADS
    ]
    return "\n".join(["| type | when | and in `data` |", "| --- | --- | --- |", *rows])


def with_catalogue(page: str) -> str:
    """A page with the table as it is now. Raises ValueError where the page has no place for it."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{catalogue()}\n{END}{after}"


def main() -> int:
    """Write it anew."""
    PAGE.write_text(with_catalogue(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
