"""Events of transporters."""

from datetime import date, datetime
from typing import ClassVar

from dispatch.events.payloads.base import TransporterData


class TransporterOnDuty(TransporterData, frozen=True, kw_only=True):
    """It takes deliveries from now on."""

    type: ClassVar[str] = "transporter.on_duty"


class TransporterOffDuty(TransporterData, frozen=True, kw_only=True):
    """It takes no more deliveries."""

    type: ClassVar[str] = "transporter.off_duty"


class TransporterStale(TransporterData, frozen=True, kw_only=True):
    """It is on duty and nothing was heard of it for `DISPATCH_STALE_AFTER_S`; once until it is heard of again."""

    type: ClassVar[str] = "transporter.stale"
    last_position_at: datetime | None
    """When its newest position was taken."""
    deliveries: int
    """How many it has under way."""


class TransporterDocumentDecided(TransporterData, frozen=True, kw_only=True):
    """An admin looked at a document that it handed in."""

    type: ClassVar[str] = "transporter.document_decided"
    kind: str
    approved: bool


class TransporterDocumentExpiring(TransporterData, frozen=True, kw_only=True):
    """A document of it ends soon; once 30, 7 and 1 days before its last day, and on it."""

    type: ClassVar[str] = "transporter.document_expiring"
    kind: str
    expires_on: date
    days_left: int
