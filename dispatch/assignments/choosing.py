"""Which deliveries of a plan go where not all may: the first that somebody could take, as many as are wanted."""

from collections.abc import Collection

import numpy as np

from dispatch.assignments.results import BulkFilter, Failure, nobody_for
from dispatch.assignments.rules import ZONE_FULL, Ruled, full_words
from scoring import Plan, Reason


def is_limited(ruled: Ruled, wanted: BulkFilter) -> bool:
    """Whether not all may go, whatever a plan says: more than are wanted, or more than a zone may have."""
    most = wanted.max_assignments
    return (most is not None and len(ruled.deliveries) > most) or ruled.rooms().bind(range(len(ruled.deliveries)))


def first_that_can_go(
    ruled: Ruled, plan: Plan, wanted: BulkFilter, *, locked: Collection[int] = ()
) -> tuple[list[int], list[Failure]]:
    """The rows of the first that somebody could take, as far as wanted and as their zones have room; why not others.

    Those that nobody can take must not keep the rest waiting. Deliveries run in order of urgency; the rows that are
    ``locked`` go in any case and count among the wanted and in their zones.
    """
    chosen: list[int] = []
    passed_over: list[Failure] = []
    rooms = ruled.rooms()
    left = np.inf if wanted.max_assignments is None else wanted.max_assignments - len(locked)
    for row in locked:
        rooms.take(row)
    for row, (delivery, code) in enumerate(zip(ruled.deliveries, plan.reason, strict=True)):
        reason, full = Reason(int(code)), rooms.full(row)
        if row in locked:
            chosen.append(row)
        elif reason not in {Reason.NONE, Reason.OUTBID, Reason.NO_ROOM}:
            passed_over.append(nobody_for(delivery.id, reason))
        elif full is not None:
            passed_over.append(Failure(delivery.id, full_words(full), ZONE_FULL))
        elif left > 0:
            chosen.append(row)
            rooms.take(row)
            left -= 1
        elif wanted.delivery_ids is not None:
            passed_over.append(Failure(delivery.id, "Not processed: max_assignments was reached"))
    return chosen, passed_over
