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
