"""Events of zones: parts of the town that are dispatched in their own way."""

from typing import ClassVar
from uuid import UUID

from dispatch.events.payloads.base import EventData


class ZoneData(EventData, frozen=True, kw_only=True):
    """An event of a zone."""

    zone_id: int
    zone_name: str

    @property
    def subject(self) -> str:
        """The zone."""
        return f"zone:{self.zone_id}"


class ZoneExhausted(ZoneData, frozen=True, kw_only=True):
    """A search in it ended because nobody was left to be asked; the delivery waits."""

    type: ClassVar[str] = "zone.exhausted"
    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    search_id: int
