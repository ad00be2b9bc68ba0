"""One change to many deliveries, each in a transaction of its own: no failure hides another's success.

Lock order: that of the single changes; nothing is held from one delivery to the next.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from dispatch.audit.service import Actor, record
from dispatch.database.commits import is_outage
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.errors import DispatchError, PartlyDone, Unavailable

MOST_CHANGED = 500
"""So many deliveries are changed by one request at most: whoever asks waits for each of them."""

Change: TypeAlias = Callable[[int], Awaitable[Delivery]]
"""Changes the delivery of that number in the work's transaction. Raises DispatchError."""


@dataclass(frozen=True, slots=True)
class ChangedOne:
    """How a delivery stood when its change was committed."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    priority: Priority
    transporter_id: int | None
    pinned: bool

    @classmethod
    def of(cls, delivery: Delivery) -> "ChangedOne":
        """As it is now."""
        return cls(
            delivery.id,
            delivery.delivery_id,
            delivery.tracking_number,
            delivery.status,
            delivery.priority,
            delivery.transporter_id,
            delivery.pinned,
        )


@dataclass(frozen=True, slots=True)
class NotChanged:
    """A delivery that stayed as it was: why, as a code and in words; ``reason`` where nobody can take it."""

    delivery_id: int
    code: str
    error: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedMany:
    """What became of each, in the order in which they were named."""

    changed: list[ChangedOne] = field(default_factory=list)
    failures: list[NotChanged] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Noted:
    """How each change stands in the audit log."""

    actor: Actor
    action: str
    detail: Mapping[str, object]


async def change_many(work: Work, delivery_ids: Sequence[int], change: Change, noted: Noted) -> ChangedMany:
    """Change each, once, and commit it before the next. Raises PartlyDone where the database stops answering."""
    done = ChangedMany()
    numbers = list(dict.fromkeys(delivery_ids))
    for at, number in enumerate(numbers):
        try:
            delivery = await change(number)
            await record(work.session, noted.actor, noted.action, "delivery", number, noted.detail)
            changed = ChangedOne.of(delivery)
            await work.commit()
        except Unavailable as error:
            await work.rollback()
            raise _partly_done(len(done.changed), len(numbers) - at) from error
        except DispatchError as error:
            await work.rollback()
            reason = error.extra.get("reason")
            told = reason if isinstance(reason, str) else None
            done.failures.append(NotChanged(number, error.code, error.detail, told))
        except (SQLAlchemyError, OSError) as error:
            if not done.changed or not is_outage(error):
                raise
            raise _partly_done(len(done.changed), len(numbers) - at) from error
        else:
            done.changed.append(changed)
    return done


def _partly_done(made: int, left: int) -> PartlyDone:
    return PartlyDone(
        f"{made} deliveries were changed and stay so; {left} were not tried, or of the first of them it is not known "
        "whether it was changed. Look at them and repeat the request for those that are as before.",
        committed=made,
        left=left,
    )
