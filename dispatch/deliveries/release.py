"""A delivery leaves the transporter that has it: it waits again, is cancelled, or goes to somebody else."""

from functools import partial

from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.ports import Publisher, WithdrawalNotice


def tell_withdrawn(work: Work, publisher: Publisher, delivery: Delivery, reason: str) -> None:
    """Tell the app of whoever has a locked delivery, after the commit, that it no longer does; nobody, nothing."""
    if delivery.transporter_id is not None:
        notice = WithdrawalNotice(delivery.transporter_id, delivery.id, str(delivery.delivery_id), reason)
        work.after_commit(partial(publisher.withdrawn, notice))


def take_away(work: Work, publisher: Publisher, delivery: Delivery, reason: str) -> None:
    """Let nobody have a locked delivery, and nobody be awaited with it; the caller records its new status."""
    tell_withdrawn(work, publisher, delivery, reason)
    delivery.transporter_id = delivery.assigned_at = None
    delivery.estimated_pickup_time = delivery.estimated_delivery_time = None
    delivery.pinned = False
