"""What fixed statements read, as instances of the models."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Enum, FromClause
from sqlalchemy.orm import configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.types import TypeEngine

from dispatch.database.base import CommonTableAttributes

Model = TypeVar("Model", bound=CommonTableAttributes)
Attributes = list[tuple[str, Callable[[Any], Any] | None]]


def columns_of(model: type[CommonTableAttributes], alias: str) -> str:
    """The model's columns for a SELECT, in the order that ``detached`` takes their values in."""
    return ", ".join(f"{alias}.{column.name}" for column in model.__table__.columns)


def unsaved(model: type[Model], **attributes: object) -> Model:
    """An instance for a fixed statement to write. What is not given is unset, as with the constructor."""
    configure_mappers()  # does nothing from the second time on
    # Without the constructor, which runs an event for each attribute: as a session does with what it loads.
    instance: Model = model.__mapper__.class_manager.new_instance()
    instance_dict(instance).update(attributes)
    return instance


def detached(model: type[Model], values: Iterable[Any]) -> Model:
    """An instance with every column of the model, outside any session. Changes to it are nobody's but the caller's."""
    attributes = {
        name: value if convert is None or value is None else convert(value)
        for (name, convert), value in zip(_attributes_of(model.__table__), values, strict=True)
    }
    instance = unsaved(model, **attributes)
    make_transient_to_detached(instance)
    return instance


def to_json(value: object) -> str:
    """A value for a JSONB parameter, which the driver takes as text (what it reads it decodes by itself)."""
    return msgspec.json.encode(value).decode()


@cache
def _attributes_of(table: FromClause) -> Attributes:
    return [(column.name, _converter(column.type)) for column in table.columns]


def _converter(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """From what the driver gives to what the model's attribute holds, None where that is the same."""
    return kind.enum_class if isinstance(kind, Enum) else None
