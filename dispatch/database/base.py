"""Column types and bases that all models share."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from advanced_alchemy.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    IdentityAuditBase,
    IdentityBase,
    orm_registry,
)
from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import Enum, ForeignKey, Numeric
from sqlalchemy.orm import mapped_column

__all__ = [
    "AdvancedDeclarativeBase",
    "Amount",
    "CommonTableAttributes",
    "DateTimeUTC",
    "IdentityAuditBase",
    "IdentityBase",
    "metadata",
    "reference",
    "text_enum",
]

metadata = orm_registry.metadata

Amount = Annotated[Decimal, mapped_column(Numeric(12, 2))]
"""Rupees with two decimals."""


def text_enum(values: type[StrEnum]) -> Enum:
    """A column of the enum's values, kept as text with a CHECK, so that adding a value needs no type change."""
    return Enum(
        values,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=values.__name__.lower(),
        values_callable=lambda enum: [member.value for member in enum],
    )


def reference(target: str) -> ForeignKey:
    """A reference that keeps what it points to from being deleted."""
    return ForeignKey(target, ondelete="RESTRICT")
