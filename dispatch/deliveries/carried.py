"""What all steps of a transporter with its own delivery have in common."""

from datetime import datetime
from functools import partial

from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.ports import PhotoStore
from dispatch.transporters.models import Transporter


async def own_delivery(deliveries: Deliveries, key: DeliveryKey, transporter: Transporter, now: datetime) -> Delivery:
    """A transporter's delivery, locked. Raises NotFound, and Conflict where it had it once: whether it is on hold."""
    delivery = await deliveries.get(key, lock=True)
    if delivery.transporter_id != transporter.id:
        if any(step.transporter_id == transporter.id for step in delivery.tracking_history):
            if delivery.is_on_hold(now):
                raise does_not_fit(delivery, "This delivery was taken back and is on hold.", code="on_hold")
            raise does_not_fit(delivery, "This delivery is no longer yours.", code="no_longer_yours")
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return delivery


def check_papers(transporter: Transporter, delivery: Delivery, now: datetime) -> None:
    """Raises Forbidden where a transporter's documents are not in order today."""
    if not transporter.papers_in_order(nepal_date(now)):
        detail, stands = "Your documents are expired or not verified.", delivery.status.value
        raise Forbidden(detail, code="documents_not_in_order", delivery_status=stands)


def does_not_fit(delivery: Delivery, detail: str, *, code: str = "wrong_status") -> Conflict:
    """A phone that comes late hears how the delivery stands by now."""
    return Conflict(detail, code=code, delivery_status=delivery.status.value)


async def keep_picture(
    work: Work, photos: PhotoStore, delivery: Delivery, what: str, content: bytes | None
) -> str | None:
    """Save what proves a step, for good only if the step is."""
    if content is None:
        return None
    key = await photos.save(f"{delivery.delivery_id.hex}-{what}", content)
    work.after_commit(partial(photos.confirm, key))
    work.after_rollback(partial(photos.discard, key))
    return key
