"""What the capacity of a zone leaves room for in a tick: the most urgent that somebody could take, and no more.

Of those beyond it the plan knows nothing, so that nobody is kept free for what may not be given.
"""

from collections.abc import Collection

from dispatch.database.engine import DriverConnection
from dispatch.rolling.planning import TickPlan
from dispatch.rolling.waiting import Place
from dispatch.zones.room import room_in
from scoring import Reason

_TAKEABLE = (Reason.NONE, Reason.OUTBID, Reason.NO_ROOM)


async def room_of(driver: DriverConnection, place: Place) -> int | None:
    """How many more may be given or offered there beside those that somebody is asked for; None for any number."""
    left = await room_in(driver, place.zones, [place.row], offered=True)
    return left.get(place.row)


def beyond_room(planned: TickPlan, room: int, but: Collection[int]) -> set[int]:
    """The numbers of those that wait, that somebody could take and that there is no room for.

    ``but``: what is held takes no room yet, and what somebody is asked for has it already. Deliveries that wait run in
    order of urgency.
    """
    holders, reasons = planned.problem.holders, planned.plan.reason.tolist()
    wants = [
        one.id
        for one, holder, code in zip(planned.deliveries, holders, reasons, strict=True)
        if holder is None and one.id not in but and Reason(int(code)) in _TAKEABLE
    ]
    return set(wants[room:])
