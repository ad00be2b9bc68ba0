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
    """A search in it ended because nobody was left to be asked, or rolling dispatch found nobody for a delivery that is
    due (`search_id` null; once until somebody has it). The delivery waits. `reasons`: how many could not have it, by
    what stands against them; null of a search.
    """

    type: ClassVar[str] = "zone.exhausted"
    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    search_id: int | None = None
    reasons: dict[str, int] | None = None
