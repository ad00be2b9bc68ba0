"""What a customer is about to order."""

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.catalogue.models import Product
from dispatch.database.base import IdentityAuditBase, IdentityBase, reference


class Cart(IdentityAuditBase):
    """A customer's cart. Its row is the lock under which its payments are opened and settled.

    ``generation`` counts the times it was paid for, so that two payments for the same content are known as such.
    """

    __tablename__ = "carts"

    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    generation: Mapped[int] = mapped_column(Integer, default=0)

    items: Mapped[list["CartItem"]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", lazy="raise", order_by="CartItem.id"
    )


class CartItem(IdentityBase):
    """Some of one product in a cart."""

    __tablename__ = "cart_items"
    __table_args__ = (
        UniqueConstraint("cart_id", "product_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    cart_id: Mapped[int] = mapped_column(reference("carts.id"))
    product_id: Mapped[int] = mapped_column(reference("products.id"))
    quantity: Mapped[int] = mapped_column(Integer)

    cart: Mapped[Cart] = relationship(back_populates="items", lazy="raise")
    product: Mapped[Product] = relationship(lazy="raise")
