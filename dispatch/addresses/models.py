"""Addresses: those that a customer keeps, and what each address has."""

from sqlalchemy import CheckConstraint, Double, Index, String, Text, text
from sqlalchemy.orm import Mapped, declarative_mixin, mapped_column

from dispatch.database.base import IdentityAuditBase, reference


@declarative_mixin
class AddressColumns:
    """Who is found where; degrees. ``state`` is the province, ``landmark`` what one sees from there."""

    customer_name: Mapped[str] = mapped_column(String(120))
    phone_number: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(300))
    landmark: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    city: Mapped[str] = mapped_column(String(100))
    district: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    state: Mapped[str] = mapped_column(String(100), default="")
    zip_code: Mapped[str] = mapped_column(String(20), default="")
    plus_code: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    delivery_instructions: Mapped[str] = mapped_column(Text, default="")

    @property
    def full_address(self) -> str:
        """The parts that are known, in the order of an envelope; none that the lines before it name already."""
        lines: list[str] = []
        for part in (self.address, self.landmark, self.city, self.district, self.state, self.zip_code):
            said = {name for line in lines for piece in line.split(",") for name in _names_in(piece.strip().casefold())}
            if part and part.strip() and part.strip().casefold() not in said:
                lines.append(part)
        return ", ".join(lines)


ADDRESS_COLUMNS = (
    "customer_name",
    "phone_number",
    "address",
    "landmark",
    "city",
    "district",
    "state",
    "zip_code",
    "plus_code",
    "lat",
    "lon",
    "delivery_instructions",
)
"""What is taken over where an address is used."""


def _names_in(piece: str) -> set[str]:
    """A piece of an address, and apart what it names beside a number: `Kathmandu 44600`."""
    name, _, number = piece.rpartition(" ")
    return {piece, name.strip(), number} if number.isdigit() else {piece}


class SavedAddress(AddressColumns, IdentityAuditBase):
    """An address that a customer keeps for orders to come. One of theirs is the default."""

    __tablename__ = "saved_addresses"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point_whole"),
        Index("ix_saved_addresses_user_id", "user_id"),
        Index("uq_saved_addresses_default", "user_id", unique=True, postgresql_where=text("is_default")),
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"))
    label: Mapped[str] = mapped_column(String(60), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
