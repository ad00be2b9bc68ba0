"""What sellers sell."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ARRAY, Boolean, CheckConstraint, Index, Integer, Numeric, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts.models import User
from dispatch.database.base import Amount, DateTimeUTC, IdentityAuditBase, IdentityBase, reference, text_enum


class TaxClass(StrEnum):
    """VAT belongs to the product: basic farm produce is exempt in Nepal."""

    STANDARD = "standard"
    EXEMPT = "exempt"


class StockReason(StrEnum):
    """Why a stock became another, beside sales."""

    RECEIVED = "received"
    RETURNED = "returned"
    COUNTED = "counted"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    LOST = "lost"
    OTHER = "other"
    SET = "set"
    """The product's own ``stock`` was changed, without a word why."""


class Category(IdentityAuditBase):
    """A kind of goods, within another one or at the top. Names in English and Nepali."""

    __tablename__ = "categories"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_within_itself"),
        Index("uq_categories_name", func.coalesce(text("parent_id"), text("0")), func.lower(text("name")), unique=True),
    )

    parent_id: Mapped[int | None] = mapped_column(reference("categories.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    name_ne: Mapped[str] = mapped_column(String(80), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)


class Product(IdentityAuditBase):
    """A product on sale.

    ``stock`` is what the seller still has, ``reserved`` the part of it that open payments hold; the difference
    can be bought. The constraints make overselling impossible whatever the code does.
    """

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("reserved >= 0 AND reserved <= stock", name="reserved_within_stock"),
        CheckConstraint("listed_price > 0", name="price_positive"),
        CheckConstraint("discounted_price > 0 AND discounted_price <= listed_price", name="discount_is_one"),
        CheckConstraint("weight_kg > 0", name="weight_positive"),
    )

    seller_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(reference("categories.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    listed_price: Mapped[Amount]
    discounted_price: Mapped[Amount | None]
    stock: Mapped[int] = mapped_column(Integer, default=0)
    reserved: Mapped[int] = mapped_column(Integer, default=0)
    sold: Mapped[int] = mapped_column(Integer, default=0)
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(9, 3))
    """Of one, packed; None where its seller has not said."""
    tax_class: Mapped[TaxClass] = mapped_column(text_enum(TaxClass), default=TaxClass.STANDARD)
    images: Mapped[list[str]] = mapped_column(ARRAY(String(500)), default=list)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    seller: Mapped[User] = relationship(lazy="raise")

    @property
    def price(self) -> Decimal:
        """What one costs now, NPR."""
        return self.discounted_price or self.listed_price

    @property
    def is_taxed(self) -> bool:
        """Whether VAT comes on top of its price."""
        return self.tax_class is TaxClass.STANDARD

    @property
    def available(self) -> int:
        """How many can be bought now."""
        return self.stock - self.reserved


class StockChange(IdentityBase):
    """One change of a stock by somebody; what is sold stands with the sales."""

    __tablename__ = "stock_changes"
    __table_args__ = (
        CheckConstraint("change <> 0", name="something_changed"),
        CheckConstraint("stock_after >= 0", name="stock_not_negative"),
        Index("ix_stock_changes_product_id", "product_id", "id"),
    )

    product_id: Mapped[int] = mapped_column(reference("products.id"))
    user_id: Mapped[int] = mapped_column(reference("users.id"))
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), server_default=func.now())
    change: Mapped[int] = mapped_column(Integer)
    stock_after: Mapped[int] = mapped_column(Integer)
    reason: Mapped[StockReason] = mapped_column(text_enum(StockReason))
    note: Mapped[str] = mapped_column(String(500), default="")
