"""What the courier is told about the door, changed by the buyer, the seller or a dispatcher. Lock order: delivery."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.changers import Changer, changer_of, check_not_too_often
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict
from dispatch.events.payloads.deliveries import DeliveryInstructionsChanged
from dispatch.ports import ChangeNotice, Publisher

INSTRUCTIONS_CHANGED: Final = "Delivery instructions changed"


@dataclass(frozen=True, slots=True)
class Instructed:
    """A delivery with its instructions; ``changed_by`` is None where they said so already."""

    delivery: Delivery
    changed_by: Changer | None


class Instructing:
    """The changes of one unit of work."""

    def __init__(self, work: Work, publisher: Publisher, deliveries: Deliveries) -> None:
        self._work = work
        self._publisher = publisher
        self._deliveries = deliveries

    async def read(self, key: DeliveryKey, user: User) -> Delivery:
        """A delivery whose instructions somebody may read. Raises NotFound for one of others."""
        delivery = await self._deliveries.get(key)
        changer_of(delivery, user)
        return delivery

    async def change(self, key: DeliveryKey, user: User, instructions: str) -> Instructed:
        """Tell the courier something else about the door, or nothing; the same again changes nothing.

        Its buyer and an admin may until it has ended, its seller until it is picked up: afterwards it is between buyer
        and courier. What comes back goes to the seller's own door, of which that one may tell until it is there.
        Raises NotFound for a delivery of others, Conflict.
        """
        delivery = await self._deliveries.get(key, lock=True)
        changer = changer_of(delivery, user)
        if delivery.delivery_instructions == instructions:
            return Instructed(delivery, None)
        _check_status(delivery, changer)
        check_not_too_often(delivery, changer, INSTRUCTIONS_CHANGED)
        delivery.delivery_instructions = instructions
        # What they say is for whoever carries it: nobody else is told, so no step, event or log has it.
        happened = DeliveryInstructionsChanged(**identity(delivery), changed_by=changer.value)
        act, message = DeliveryAct.CHANGE_INSTRUCTIONS, INSTRUCTIONS_CHANGED
        self._deliveries.record(delivery, act, message, happened=[happened])
        if delivery.transporter_id is not None:
            notice = ChangeNotice(delivery.transporter_id, delivery.id, str(delivery.delivery_id), "instructions")
            self._work.after_commit(partial(self._publisher.delivery_changed, notice))
        await self._work.session.flush()
        return Instructed(delivery, changer)


def _check_status(delivery: Delivery, changer: Changer) -> None:
    status = delivery.status.value
    if not LIFE.allows(DeliveryAct.CHANGE_INSTRUCTIONS, delivery.status):
        raise Conflict(
            f"A delivery that is {status} needs no instructions any more.", code="wrong_status", delivery_status=status
        )
    if delivery.status in ABOARD and changer is Changer.SELLER and delivery.return_of is None:
        raise Conflict(
            "The parcel was picked up already: its buyer or a dispatcher can still say something about the door.",
            code="parcel_aboard",
            delivery_status=status,
        )
