"""What the contract's answers look like: keys and their JSON types, checked at once."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

Shape = Callable[[Any], bool] | dict[str, Any] | list[Any] | str | bool | None


def is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def is_number(value: object) -> bool:
    """An amount or a measure as a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_money(value: object) -> bool:
    """An amount as a string with two decimals."""
    return isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value) is not None


def is_time(value: object) -> bool:
    """ISO 8601 in UTC with Z."""
    if not (isinstance(value, str) and value.endswith("Z")):
        return False
    try:
        return datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        return False


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def is_string(value: object) -> bool:
    return isinstance(value, str)


def is_bool(value: object) -> bool:
    return isinstance(value, bool)


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and str(UUID(value)) == value


def is_absolute_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def or_null(shape: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or shape(value)


def like(pattern: str) -> Callable[[Any], bool]:
    """A string that a regular expression matches whole."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def check(value: Any, shape: Any, where: str = "$") -> None:
    """Every key of the shape is there with its type; more keys may be. A list's shape is that of each entry."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{where}: {value!r} is no object"
        for key, part in shape.items():
            assert key in value, f"{where}.{key} is missing in {sorted(value)}"
            check(value[key], part, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{where}: {value!r} is no list"
        assert value, f"{where}: an empty list shows nothing"
        for number, entry in enumerate(value):
            check(entry, shape[0], f"{where}[{number}]")
    elif callable(shape):
        assert shape(value), f"{where}: {value!r} is not what {getattr(shape, '__name__', shape)} says"
    else:
        assert value == shape, f"{where}: {value!r} is not {shape!r}"
        assert type(value) is type(shape), f"{where}: {value!r} has another type than {shape!r}"
