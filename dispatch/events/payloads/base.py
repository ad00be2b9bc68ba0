"""What all payloads have in common."""

from typing import ClassVar
from uuid import UUID

import msgspec


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says beside its type and time. Amounts are whole paisa; nothing in it names or locates a person.

    A field may be added later; none changes its meaning or goes, for receivers hold on to them.
    """

    type: ClassVar[str]
    """``subject.what_happened``: what receivers choose by."""

    @property
    def subject(self) -> str:
        """What it happened to, ``kind:id``: events of one subject reach a receiver in their order."""
        raise NotImplementedError


class OrderData(EventData, frozen=True, kw_only=True):
    """An event of an order."""

    order_id: int
    order_number: str

    @property
    def subject(self) -> str:
        """The order."""
        return f"order:{self.order_id}"


class DeliveryData(EventData, frozen=True, kw_only=True):
    """An event of a delivery."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str

    @property
    def subject(self) -> str:
        """The delivery, by its number."""
        return f"delivery:{self.delivery_id}"


class TransporterData(EventData, frozen=True, kw_only=True):
    """An event of a transporter."""

    transporter_id: int

    @property
    def subject(self) -> str:
        """The transporter."""
        return f"transporter:{self.transporter_id}"
