"""Events of deliveries."""

from datetime import datetime
from typing import ClassVar, Literal

from dispatch.events.payloads.base import DeliveryData


class DeliveryCreated(DeliveryData, frozen=True, kw_only=True):
    """A sale became a delivery; it waits for a transporter."""

    type: ClassVar[str] = "delivery.created"
    sale_id: int
    order_id: int | None
    """None for a sale without an order."""
    return_of: int | None = None
    """Of a return: the delivery whose parcel it brings back."""


class DeliveryAssigned(DeliveryData, frozen=True, kw_only=True):
    """A transporter has it now, by assignment or because it took it."""

    type: ClassVar[str] = "delivery.assigned"
    transporter_id: int
    estimated_delivery_at: datetime | None
    """When it is expected at the door; None where that is not known."""


class DeliveryUnassigned(DeliveryData, frozen=True, kw_only=True):
    """It was taken from its transporter before the pickup, and waits again."""

    type: ClassVar[str] = "delivery.unassigned"
    transporter_id: int
    """Who had it."""
    reason: str
    """A word, such as ``unavailable`` or ``taken_back``."""


class DeliveryReassigned(DeliveryData, frozen=True, kw_only=True):
    """Another transporter has it now, without its having waited in between."""

    type: ClassVar[str] = "delivery.reassigned"
    transporter_id: int
    taken_from: int
    """Who had it."""
    reason: str
    """A word, such as ``breakdown``."""
    aboard: bool
    """Whether the parcel was picked up already and was handed on."""
    estimated_delivery_at: datetime | None


class DeliveryPriorityChanged(DeliveryData, frozen=True, kw_only=True):
    """It is more or less urgent than it was."""

    type: ClassVar[str] = "delivery.priority_changed"
    priority: str
    changed_from: str


class DeliveryAddressChanged(DeliveryData, frozen=True, kw_only=True):
    """It goes to another door than was said; who may see where reads the delivery."""

    type: ClassVar[str] = "delivery.address_changed"
    changed_by: str
    """``buyer``, ``seller`` or ``dispatcher``."""
    estimated_delivery_at: datetime | None


class DeliveryInstructionsChanged(DeliveryData, frozen=True, kw_only=True):
    """The courier is told something else about the door; who may see it reads the delivery."""

    type: ClassVar[str] = "delivery.instructions_changed"
    changed_by: str
    """``buyer``, ``seller`` or ``dispatcher``."""


class DeliveryHeld(DeliveryData, frozen=True, kw_only=True):
    """A dispatcher or its seller lets it wait: nobody is given it, and no event tells that `until` is over."""

    type: ClassVar[str] = "delivery.held"
    until: datetime | None
    """None until it is resumed."""
    asked_by: str
    """``seller`` or ``dispatcher``."""


class DeliveryResumed(DeliveryData, frozen=True, kw_only=True):
    """Somebody ended its hold: it waits as any other."""

    type: ClassVar[str] = "delivery.resumed"
    asked_by: str
    """``seller`` or ``dispatcher``."""


class DeliveryAccepted(DeliveryData, frozen=True, kw_only=True):
    """Its transporter took it or confirmed that it will carry it."""

    type: ClassVar[str] = "delivery.accepted"
    transporter_id: int


class DeliveryPickedUp(DeliveryData, frozen=True, kw_only=True):
    """The parcel is with the transporter."""

    type: ClassVar[str] = "delivery.picked_up"
    transporter_id: int


class DeliveryInTransit(DeliveryData, frozen=True, kw_only=True):
    """The parcel left the place where it was picked up."""

    type: ClassVar[str] = "delivery.in_transit"
    transporter_id: int


class DeliveryArriving(DeliveryData, frozen=True, kw_only=True):
    """The parcel is aboard and expected at its door within `DISPATCH_ARRIVING_WITHIN_MIN`; once."""

    type: ClassVar[str] = "delivery.arriving"
    transporter_id: int
    estimated_delivery_at: datetime


class DeliveryArrived(DeliveryData, frozen=True, kw_only=True):
    """The transporter's track says that it came to the pickup or to the door."""

    type: ClassVar[str] = "delivery.arrived"
    transporter_id: int
    place: Literal["pickup", "dropoff"]
    visit: int
    """Counts from 1: one may come to a place again."""


class DeliveryLate(DeliveryData, frozen=True, kw_only=True):
    """It was wanted at its door by now (`requested_delivery_date`) and is not there; once."""

    type: ClassVar[str] = "delivery.late"
    wanted_at: datetime
    transporter_id: int | None
    """None while it waits for one."""
    estimated_delivery_at: datetime | None
    """As it was expected last; None where that is not known."""


class DeliveryAttempted(DeliveryData, frozen=True, kw_only=True):
    """The transporter was at the door and could not hand the parcel over; it is aboard still."""

    type: ClassVar[str] = "delivery.attempted"
    transporter_id: int
    number: int
    """Counts from 1."""
    reason: str
    """A word, such as ``nobody_there``."""
    next_try_at: datetime | None
    """When it is tried again, as far as that is known."""


class DeliveryRescheduled(DeliveryData, frozen=True, kw_only=True):
    """The buyer or a dispatcher said when it is to be tried again."""

    type: ClassVar[str] = "delivery.rescheduled"
    starts_at: datetime
    ends_at: datetime
    asked_by: str
    """``buyer`` or ``dispatcher``."""


class DeliveryObjected(DeliveryData, frozen=True, kw_only=True):
    """Its buyer, or whoever knows its code, says that it did not come as it was told; an admin looks into it."""

    type: ClassVar[str] = "delivery.objected"
    reason: str
    """A word, such as ``not_received``."""
    made_by: str
    """``buyer`` or ``receiver``."""


class DeliveryObjectionRejected(DeliveryData, frozen=True, kw_only=True):
    """The objection was looked into, and the delivery stands; of one that is upheld `delivery.lost` tells."""

    type: ClassVar[str] = "delivery.objection_rejected"


class DeliveryProofRefused(DeliveryData, frozen=True, kw_only=True):
    """A step came too late and was not taken; what was sent to prove it is kept for admins."""

    type: ClassVar[str] = "delivery.proof_refused"
    transporter_id: int
    """Who sent it; somebody else may have the delivery."""
    number: int
    """Counts from 1."""
    step: str
    """``pickup``, ``deliver``, ``attempt``, ``give_back`` or ``return``."""
    refusal: str
    """A word, such as ``no_longer_yours``."""


class DeliveryDelivered(DeliveryData, frozen=True, kw_only=True):
    """The parcel is with its recipient, or a part of its goods is."""

    type: ClassVar[str] = "delivery.delivered"
    transporter_id: int
    quantity_accepted: int | None = None
    """So many of its goods; None where all were handed over."""
    partial_reason: str | None = None
    """A word, such as ``refused_by_customer``: why not all."""


class DeliveryLost(DeliveryData, frozen=True, kw_only=True):
    """The parcel was lost, or damaged so that it is not what was sold; money goes back as a refund of its own."""

    type: ClassVar[str] = "delivery.lost"
    ending: str
    transporter_id: int | None
    """Who had it then; None where nobody did."""
    refunded_paisa: int
    """What the buyer has back for it, as far as anything was left."""


class DeliveryReturned(DeliveryData, frozen=True, kw_only=True):
    """The parcel goes back to its seller, as a delivery of its own."""

    type: ClassVar[str] = "delivery.returned"
    return_id: int
    """The number of that delivery."""
    transporter_id: int | None
    """Who has it aboard; None where somebody has to fetch it."""


class DeliveryBroughtBack(DeliveryData, frozen=True, kw_only=True):
    """A return is with the seller; what is given back for it follows as a refund."""

    type: ClassVar[str] = "delivery.brought_back"
    return_of: int
    """The number of the delivery that did not arrive, or that was given back."""
    transporter_id: int
    restocked: bool
    refunded_paisa: int


class DeliveryCancelled(DeliveryData, frozen=True, kw_only=True):
    """It will not be carried."""

    type: ClassVar[str] = "delivery.cancelled"
    reason: str
    """A sentence."""
