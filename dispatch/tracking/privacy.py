"""What whoever has a parcel's tracking number may see of it: one rule for answers, frames, streams and pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import DeliveryStatus

NEAR_STOPS: Final = 2
NEAR_TIME: Final = timedelta(minutes=20)
ABOARD: Final = frozenset({DeliveryStatus.PICKED_UP, DeliveryStatus.IN_TRANSIT})
ENDED: Final = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED})


class Shown(StrEnum):
    """When something is shown to whoever has the number."""

    ALWAYS = "always"
    NEVER = "never"
    UNDER_WAY = "under_way"
    """From the assignment to the end."""
    NEAR = "near"
    """While it is aboard and at most two stops or twenty minutes away."""
    CODE = "code"
    """To whoever has given the parcel's code: the last four digits of the receiver's phone."""


class Element(StrEnum):
    """What may be shown of a parcel or not."""

    POSITION = "position"
    SURNAME = "surname"
    PHONE = "phone"
    VEHICLE_NUMBER = "vehicle_number"
    PICKUP_ADDRESS = "pickup_address"
    DELIVERY_ADDRESS = "delivery_address"
    HISTORY = "history"
    AFTER_END = "after_end"
    """All of these, once the parcel has arrived or was cancelled."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """When each element is shown: what a seller has chosen, and else this."""

    position: Shown = Shown.NEAR
    surname: Shown = Shown.UNDER_WAY
    phone: Shown = Shown.UNDER_WAY
    vehicle_number: Shown = Shown.UNDER_WAY
    pickup_address: Shown = Shown.UNDER_WAY
    delivery_address: Shown = Shown.UNDER_WAY
    history: Shown = Shown.ALWAYS
    after_end: Shown = Shown.CODE


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a parcel stands, and who looks.

    ``stops_before``: where its transporter goes for other deliveries before it is at this door. ``unlocked``: whoever
    looks has given the parcel's code. ``waits``: it was tried in vain and goes nowhere before its next try.
    """

    status: DeliveryStatus
    stops_before: int
    arrival: Arrival | None
    now: datetime
    unlocked: bool = False
    waits: bool = False

    @property
    def is_near(self) -> bool:
        """Whether it comes soon: aboard, and few stops or little time away."""
        if self.status not in ABOARD or self.waits:  # where its transporter spends the night is nobody's
            return False
        soon = self.arrival is not None and self.arrival.earliest - self.now <= NEAR_TIME
        return soon or self.stops_before <= NEAR_STOPS


def tells_when_it_ended(privacy: Privacy, stage: Stage) -> bool:
    """Whether the time of the end is told: with the history, and where only the code is missing for that.

    Whoever waited for a parcel reads on its page that it came, and when; no place and no name is told with it.
    """
    missing = privacy.after_end is Shown.CODE and privacy.history is Shown.ALWAYS
    return stage.status in ENDED and (missing or is_shown(privacy, Element.HISTORY, stage))


def is_shown(privacy: Privacy, element: Element, stage: Stage) -> bool:
    """Whether an element is shown at a stage. Everybody who shows a parcel by its number asks here."""
    kept = stage.status not in ENDED or _counts(privacy.after_end, stage)  # before the end nothing is kept back for it
    return kept and (element is Element.AFTER_END or _counts(getattr(privacy, element.value), stage))


def _counts(shown: Shown, stage: Stage) -> bool:
    match shown:
        case Shown.ALWAYS:
            return True
        case Shown.UNDER_WAY:
            return stage.status.under_way
        case Shown.NEAR:
            return stage.is_near
        case Shown.CODE:
            return stage.unlocked
        case _:
            return False
