"""What was told already."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    CommonTableAttributes,
    DateTimeUTC,
    reference,
    text_enum,
)


class AlertKind(StrEnum):
    """What is told of a delivery once."""

    LATE = "late"
    ARRIVING = "arriving"


class DeliveryAlert(CommonTableAttributes, AdvancedDeclarativeBase):
    """That it was told of a delivery, once for each kind, and when."""

    __tablename__ = "delivery_alerts"

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), primary_key=True, autoincrement=False)
    kind: Mapped[AlertKind] = mapped_column(text_enum(AlertKind), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))


class SilentTransporter(CommonTableAttributes, AdvancedDeclarativeBase):
    """That it was told of a transporter's silence; the row goes once it is heard of again, or goes off duty."""

    __tablename__ = "silent_transporters"

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
