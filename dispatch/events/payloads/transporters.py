"""Events of transporters."""

from typing import ClassVar

from dispatch.events.payloads.base import TransporterData


class TransporterOnDuty(TransporterData, frozen=True, kw_only=True):
    """It takes deliveries from now on."""

    type: ClassVar[str] = "transporter.on_duty"


class TransporterOffDuty(TransporterData, frozen=True, kw_only=True):
    """It takes no more deliveries."""

    type: ClassVar[str] = "transporter.off_duty"
