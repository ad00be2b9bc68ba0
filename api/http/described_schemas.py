"""The names and words of the schemas in the description of the API.

The framework names a generic answer after the module of its item and keeps docstrings to itself; a module that moves
would then change what clients are generated from.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Final

from msgspec import Struct

from api.http.schemas import BIGINT_MAX

Described = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"
BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_GENERIC: Final = re.compile(r"(\w+)\[(\w+)\]")


def tidy_schemas(description: Described) -> None:
    """Name the schemas by their types alone, describe them by their docstrings, and say ``anyOf`` for unions.

    Of a union several may fit: an empty page is one of any rows.
    """
    schemas: Described = description["components"]["schemas"]
    names = {key: _name(key, schema) for key, schema in schemas.items()}
    for part in parts_of(description):
        if "$ref" in part:
            key = part["$ref"].removeprefix(REFERENCE)
            part["$ref"] = REFERENCE + names.get(key, key)
        if "oneOf" in part:
            _any_of(part)
        _whole_bounds(part)
        # As written, an enum's words are indented like its code up to Python 3.12 and are not from 3.13 on.
        if isinstance(part.get("description"), str):
            part["description"] = cleandoc(part["description"]).replace("``", "`")
    described = {names[key]: schema for key, schema in schemas.items()}
    words = docstrings()
    for name, schema in described.items():
        text = words.get(schema.get("title", name)) or words.get(name.partition("Of")[0])
        if text and "properties" in schema:
            schema["description"] = text
        schema["title"] = name
    description["components"]["schemas"] = dict(sorted(described.items()))


def _name(key: str, schema: Described) -> str:
    found = _GENERIC.fullmatch(str(schema.get("title", "")))
    return f"{found[1]}Of{found[2]}" if found else key


def _any_of(part: Described) -> None:
    choices = part.pop("oneOf")
    if len(choices) == 1:
        part |= {**choices[0], **part}
    else:
        part["anyOf"] = choices


def _whole_bounds(part: Described) -> None:
    """The framework writes bounds of whole numbers as floats, of which the highest is one more than what is taken."""
    kinds = [part, *part.get("anyOf", ())]
    if not any(isinstance(kind, dict) and kind.get("type") == "integer" for kind in kinds):
        return
    for name in BOUNDS:
        if isinstance(part.get(name), float) and part[name].is_integer():
            part[name] = min(int(part[name]), BIGINT_MAX)


def parts_of(part: object) -> Iterator[Described]:
    """Every object within a part of the description, itself included."""
    if isinstance(part, dict):
        yield part
        for one in list(part.values()):
            yield from parts_of(one)
    elif isinstance(part, list):
        for one in part:
            yield from parts_of(one)


def docstrings() -> dict[str, str]:
    """What the bodies and answers of the routes say of themselves, by name."""
    words: dict[str, str] = {}
    waiting: list[type[Struct]] = [Struct]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("api.") and kind.__doc__:
                words[kind.__name__] = cleandoc(kind.__doc__).replace("``", "`")
    return words
