"""Who or what let a delivery change hands: found beside the event in what was kept of the same moment.

An event does not name who acted, since it goes out to all who follow events; decisions, offers and the audit log do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from dispatch.assignments.models import Assignment
from dispatch.audit.models import AuditEvent
from dispatch.events.models import Event
from dispatch.events.payloads.deliveries import (
    DeliveryAccepted,
    DeliveryAssigned,
    DeliveryReassigned,
    DeliveryUnassigned,
)
from dispatch.offers.models import Offer

# What belongs together is written in one transaction, each part at its own moment and by the clock of its own machine.
SAME_MOMENT: Final = timedelta(seconds=10)
BY_HAND: Final = frozenset({"manual", "reassigned", "transfer"})
ROLLING: Final = "rolling"
TAKEN_BACK: Final = ("delivery.unassigned", "transporter.relieved")
GIVES: Final = frozenset({DeliveryAssigned.type, DeliveryReassigned.type})

Row = TypeVar("Row")


class How(StrEnum):
    """What decided who has a delivery."""

    BY_HAND = "by_hand"
    """A dispatcher named the transporter."""
    PLANNED = "planned"
    """The best of all, alone or in a plan for many, that a dispatcher asked for."""
    ROLLING = "rolling"
    """Rolling dispatch, by itself."""
    OFFER = "offer"
    """It was asked and took it."""
    OWN = "own"
    """It took what waited."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How, and which user; None where that is not known or nobody did."""

    how: How | None = None
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What was kept of one delivery beside its events."""

    decisions: Sequence[Assignment]
    taken: Sequence[Offer]
    """Offers that were accepted."""
    acts: Sequence[AuditEvent]

    def of(self, event: Event, events: Sequence[Event]) -> Decided:
        """Who or what decided an event of a change of hands, one of ``events``."""
        alike = [one for one in events if one.type == event.type and _carrier(one) == _carrier(event)]
        if event.type == DeliveryUnassigned.type:
            acts = [one for one in self.acts if one.action in TAKEN_BACK]
            act = _belonging(acts, event, [one for one in alike if one.data["reason"] == "taken_back"], _acted_at)
            return Decided(by=None if act is None else act.actor_id)
        if event.type not in GIVES:
            return Decided()
        gifts = [one for one in events if one.type in GIVES and _carrier(one) == _carrier(event)]
        made = _belonging(
            [one for one in self.decisions if one.transporter_id == _carrier(event)], event, gifts, _decided_at
        )
        if made is not None:
            return Decided(_how(made.strategy), made.assigned_by)
        taken = [one for one in self.taken if one.transporter_id == _carrier(event)]
        if _belonging(taken, event, gifts, _taken_at) is not None:
            return Decided(How.OFFER)
        said = [one for one in events if one.type == DeliveryAccepted.type and _carrier(one) == _carrier(event)]
        return Decided(None if _belonging(said, event, gifts, _happened_at) is None else How.OWN)


def _how(strategy: str) -> How:
    if strategy in BY_HAND:
        return How.BY_HAND
    return How.ROLLING if strategy == ROLLING else How.PLANNED


def _belonging(
    rows: Sequence[Row], event: Event, events: Sequence[Event], when: Callable[[Row], datetime]
) -> Row | None:
    """The row of an event: of all events that it could be of, this one is the nearest to it."""
    for row in rows:
        near = min(events, key=lambda one: abs(when(row) - one.at), default=None)
        if near is event and abs(when(row) - event.at) <= SAME_MOMENT:
            return row
    return None


def _carrier(event: Event) -> object:
    return event.data["transporter_id"]


def _happened_at(event: Event) -> datetime:
    return event.at


def _acted_at(act: AuditEvent) -> datetime:
    return act.at


def _decided_at(made: Assignment) -> datetime:
    return made.created_at


def _taken_at(offer: Offer) -> datetime:
    return offer.ended_at or offer.opens_at
