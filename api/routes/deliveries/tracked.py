"""A parcel as whoever has its tracking number sees it."""

from msgspec import structs

from api.routes.deliveries.arrivals import arrivals_from, live_positions, open_errands
from api.routes.deliveries.services import DeliveryServices
from api.routes.deliveries.track_answers import (
    Sight,
    TrackedDelivery,
    tracked_delivery,
    tracked_objection,
    tracked_position,
)
from dispatch.accounts.models import User
from dispatch.arrivals.movement import list_events
from dispatch.cancellations.return_ends import return_ended
from dispatch.database.work import Work
from dispatch.deliveries.attempts.rescheduling import why_not_rescheduled
from dispatch.deliveries.attempts.service import attempts_of, tries_of
from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.privacy import Stage
from dispatch.tracking.privacy_settings import privacy_of
from dispatch.tracking.service import stops_before, waits_for_next_try
from dispatch.tracking.share_links import followed_by
from dispatch.tracking.unlocking import needs_no_code


async def read_tracked(
    services: DeliveryServices, work: Work, named: str, unlock: str | None = None, asks: User | None = None
) -> TrackedDelivery:
    """What ``track/`` answers and the tracking page shows, by a tracking number or the token of a share link.

    ``unlock``: the token that ``unlock/`` answered. ``asks``: who is signed in, where that is known. Raises NotFound,
    and Gone for a link that has ended.
    """
    number, link_id = await followed_by(work.session, named, services.clock.now())
    delivery = await services.deliveries(work).get_by_tracking_number(number)
    positions = await live_positions(services, [delivery])
    live = positions.get(delivery.transporter.id) if delivery.transporter else None
    privacy = await privacy_of(work.session, delivery.id, services.usual_privacy)
    errands = await open_errands(work, [delivery])
    arrival = arrivals_from(services, [delivery], positions, errands).get(delivery.id)
    carried, now = errands.get(delivery.transporter_id or 0, ()), services.clock.now()
    theirs = asks is not None and needs_no_code(delivery, asks)
    unlocked = theirs or services.unlock_tokens.holds(unlock, number, now)
    waits = waits_for_next_try(carried, delivery.id, now)
    stage = Stage(delivery.status, stops_before(carried, arrival), arrival, now, unlocked, waits)
    attempts = (await attempts_of(work.session, [delivery.id])).get(delivery.id, [])
    answer = tracked_delivery(
        delivery,
        await list_events(work.session, delivery.id),
        attempts,
        services.attempt_rules.left(tries_of(attempts)),
        Sight(privacy, stage),
        tracked_position(live, now) if live else None,
    )
    answer = structs.replace(answer, return_ended=await return_ended(work.session, delivery))
    by_number = link_id is None  # what is asked for of a parcel is asked for by its number, which a link does not tell
    if by_number and delivery.return_of is None and (theirs or answer.attempts):
        refused = why_not_rescheduled(delivery, attempts, services.attempt_rules, for_admin=False)
        answer = structs.replace(answer, can_reschedule=refused is None)
    if unlocked and delivery.status is DeliveryStatus.DELIVERED and delivery.return_of is None:
        objections = services.objections(work)
        made = await objections.find(delivery.id)
        told = None if made is None else tracked_objection(made)
        buys = asks is not None and asks.id == delivery.sale.buyer_id
        may = by_number and (buys or services.unlock_tokens.holds(unlock, number, now))
        until = objections.until(delivery, made) if may else None
        answer = structs.replace(answer, objection=told, objects_until=until)
    if theirs:  # streams and sockets do not know who is signed in
        answer = structs.replace(answer, unlock=services.unlock_tokens.make(number, now)[0])
    return answer if by_number else structs.replace(answer, tracking_number="")
