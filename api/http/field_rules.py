"""Rules over several fields of a body, as JSON Schema says them; for ``Body.described``."""

from typing import Any

Rule = dict[str, Any]


def given(*names: str) -> Rule:
    """All of these fields have a value."""
    return {"required": list(names), "properties": {name: {"not": {"type": "null"}} for name in names}}


def absent(*names: str) -> Rule:
    """None of these fields has one."""
    return {"properties": {name: {"type": "null"} for name in names}}


def together(*names: str) -> Rule:
    """All of these fields have a value, or none of them."""
    return {"anyOf": [given(*names), absent(*names)]}


def some_above_zero(*names: str) -> Rule:
    """One of these numbers is above 0, or is left out and has its default, which is."""
    return {"anyOf": [{"properties": {name: {"exclusiveMinimum": 0}}} for name in names]}
