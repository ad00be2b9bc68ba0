"""What deliveries are looked for by, in a table of its own.

Rows of deliveries change with each step; the words, numbers and places that they are found by hardly ever do, and
their indexes cost more than all others. The database keeps the table by triggers.
"""

from typing import Final

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes
from dispatch.database.search import TRIGRAMS
from dispatch.deliveries.models import Delivery

WORDS: Final = (
    Delivery.pickup_address,
    Delivery.pickup_contact_name,
    Delivery.delivery_address,
    Delivery.delivery_contact_name,
    Delivery.special_instructions,
    Delivery.pickup_instructions,
    Delivery.delivery_instructions,
)
PHONES: Final = (Delivery.pickup_contact_phone, Delivery.delivery_contact_phone)
_PARTS: Final = ("tracking_number", "phones")


class SoughtDelivery(CommonTableAttributes, AdvancedDeclarativeBase):
    """``words``: of all its texts, as they are compared; ``phones``: the digits of its phone numbers."""

    __tablename__ = "sought_deliveries"
    __table_args__ = (
        Index(
            "ix_sought_deliveries_parts",
            func.search_letters(literal_column("words")).label("letters"),
            *_PARTS,
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(("letters", *_PARTS), TRIGRAMS),
        ),
        Index("ix_sought_deliveries_pickup", "pickup_lat", "pickup_lon"),
        Index("ix_sought_deliveries_delivery", "delivery_lat", "delivery_lon"),
    )

    delivery_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)
    tracking_number: Mapped[str] = mapped_column(String(32))
    phones: Mapped[str] = mapped_column(Text)
    pickup_lat: Mapped[float | None] = mapped_column(Double)
    pickup_lon: Mapped[float | None] = mapped_column(Double)
    delivery_lat: Mapped[float | None] = mapped_column(Double)
    delivery_lon: Mapped[float | None] = mapped_column(Double)
