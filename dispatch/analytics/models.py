"""What was sold, summed up: rows that the database keeps by itself, whoever changes sales or gives money back."""

from datetime import date
from decimal import Decimal
from enum import IntEnum

from advanced_alchemy.base import AdvancedDeclarativeBase, CommonTableAttributes
from sqlalchemy import BigInteger, Date, Index, Numeric, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import IdentityBase


class Scope(IntEnum):
    """Of what a sum is, and of how long."""

    PRODUCT_MONTH = 1
    PRODUCT_DAY = 2
    SELLER_DAY = 3
    ALL_DAY = 4
    """Of everything that was sold on a day; its owner is 0."""


class SalesSum(CommonTableAttributes, AdvancedDeclarativeBase):
    """What was sold of one thing in one time, as far as it was added up; the changes since are ``SalesChange``.

    ``first_day`` is a day in Nepal, the first of its month where the sum is of a month.
    """

    __tablename__ = "sales_sums"
    __table_args__ = (
        Index("ix_sales_sums_first_day", "scope", "first_day"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    scope: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    sales: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[Decimal] = mapped_column(Numeric(20, 2))
    refunded_paisa: Mapped[int] = mapped_column(BigInteger)


class SalesChange(IdentityBase):
    """By how much a day's sums of a product changed, written by triggers with the change itself."""

    __tablename__ = "sales_changes"
    __table_args__ = (Index("ix_sales_changes_day", "day"),)

    product_id: Mapped[int] = mapped_column(BigInteger)
    seller_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date)
    sales: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[Decimal] = mapped_column(Numeric(20, 2))
    refunded_paisa: Mapped[int] = mapped_column(BigInteger)
