"""Why a delivery waits though somebody could have it: rolling dispatch holds it, or a person does."""

from datetime import datetime

from msgspec import Struct

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery, DeliveryStatus, HoldReason


class HoldAnswer(Struct, frozen=True):
    """Rolling dispatch gives a delivery to nobody until then, and why."""

    until: datetime
    reason: HoldReason


class OnHoldAnswer(Struct, frozen=True, kw_only=True):
    """Somebody lets a delivery wait: nobody is given it until then, or until it is resumed where ``until`` is null.

    ``by``: whose account; ``reason`` is for whoever wrote it and for admins, and null for others.
    """

    since: datetime
    until: datetime | None
    reason: str | None
    by: int | None
    by_name: str | None = None


def hold_answer(delivery: Delivery) -> HoldAnswer | None:
    """What holds a delivery that waits."""
    if delivery.status is not DeliveryStatus.AVAILABLE or delivery.hold_until is None or delivery.hold_reason is None:
        return None
    return HoldAnswer(delivery.hold_until, delivery.hold_reason)


def on_hold_answer(
    delivery: Delivery, now: datetime, *, reader: User | None = None, holder: User | None = None
) -> OnHoldAnswer | None:
    """Who lets a delivery wait, and until when; without a ``reader`` for an admin. The ``holder``'s name for admins."""
    since = delivery.on_hold_since
    if since is None or not delivery.is_on_hold(now):
        return None
    for_admin = reader is None or reader.has(Role.ADMIN)
    own = for_admin or (reader is not None and reader.id == delivery.on_hold_by)
    return OnHoldAnswer(
        since=since,
        until=delivery.on_hold_until,
        reason=delivery.on_hold_reason if own else None,
        by=delivery.on_hold_by if own else None,
        by_name=holder.name if holder is not None and for_admin else None,
    )
