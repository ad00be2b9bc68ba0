"""What phones and watchers are told, and who tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A delivery's new status, as its watchers see it.

    ``previous`` is the status before: who knows another one has missed something. None where it is not known.
    ``anew``: more than the status is other than it was, so that the delivery is to be read again.
    """

    delivery_id: int
    tracking_number: str
    status: str
    message: str
    timestamp: datetime
    transporter_id: int | None
    previous: str | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentNotice:
    """Tells a transporter's app that a delivery is now theirs."""

    transporter_id: int
    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str


@dataclass(frozen=True, slots=True)
class WithdrawalNotice:
    """Tells a transporter's app that a delivery is no longer theirs, and in a word why."""

    transporter_id: int
    delivery_id: int
    delivery_uuid: str
    reason: str


@dataclass(frozen=True, slots=True)
class OfferNotice:
    """Tells a transporter's app of a delivery that it may have until the deadline; kg, NPR, km."""

    transporter_id: int
    offer_id: int
    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str
    weight_kg: float
    delivery_fee: Decimal
    distance_km: float | None
    opens_at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class OfferEndNotice:
    """Tells a transporter's app that an offer is over, how, and in a word why."""

    transporter_id: int
    offer_id: int
    delivery_id: int
    status: str
    why: str | None


@dataclass(frozen=True, slots=True)
class DutyNotice:
    """Tells a transporter's app that the server changed its duty, and in a word why."""

    transporter_id: int
    duty: str
    why: str


@dataclass(frozen=True, slots=True)
class PriorityNotice:
    """Tells consoles, and the app of whoever has the delivery, if anybody, that it is more or less urgent.

    ``status``: in which it is.
    """

    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    status: str
    transporter_id: int | None
    priority: str
    changed_from: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """Tells a transporter's app that a delivery that it has is other than it was, and in a word what."""

    transporter_id: int
    delivery_id: int
    delivery_uuid: str
    what: str


class Publisher(Protocol):
    """Tells the live side what was committed. Called after the commit, never inside a transaction."""

    async def status_changed(self, change: StatusChange) -> None:
        """Send a delivery's new status to everyone who watches it."""
        ...

    async def access_changed(self, user_id: int) -> None:
        """A sign-in was ended, an account closed or a role taken: what the user has open is looked at again."""
        ...

    async def assigned(self, notice: AssignmentNotice) -> None:
        """Send an assignment to the transporter's open connections."""
        ...

    async def all_assigned(self, given: Sequence[tuple[StatusChange, AssignmentNotice]]) -> None:
        """Many new statuses, each with its assignment, in few round trips and in this order."""
        ...

    async def withdrawn(self, notice: WithdrawalNotice) -> None:
        """Tell the transporter's open connections that an assignment was taken back."""
        ...

    async def priority_changed(self, notice: PriorityNotice) -> None:
        """Tell the consoles, and the open connections of the transporter who has it."""
        ...

    async def delivery_changed(self, notice: ChangeNotice) -> None:
        """Tell the transporter's open connections that a delivery of theirs is to be read anew."""
        ...

    async def offered(self, notice: OfferNotice) -> None:
        """Send an offer to the transporter's open connections. It may be sent again."""
        ...

    async def offer_ended(self, notice: OfferEndNotice) -> None:
        """Tell the transporter's open connections how an offer ended. It may be told again."""
        ...

    async def duty_changed(self, notice: DutyNotice) -> None:
        """Tell the transporter's open connections that it is off duty."""
        ...
