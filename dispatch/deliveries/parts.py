"""Not all of a parcel's goods are handed over: how many are, and why not all."""

from dispatch.deliveries.handover import Handover
from dispatch.deliveries.models import Delivery, PartialReason
from dispatch.errors import Conflict, Invalid

NOTHING = (
    "Where nothing is handed over, tell an attempt (`POST /api/deliveries/{id}/attempts/`), or let the parcel go back "
    "(`POST /api/deliveries/{id}/return/`)."
)
Part = tuple[int | None, PartialReason | None]


def part_of(delivery: Delivery, handover: Handover) -> Part:
    """How many of the goods, None where it is all of them, with why not all. Raises Invalid, naming what fits."""
    accepted, reason = handover.quantity_accepted, handover.partial_reason
    if accepted is None:
        return None, None
    whole = pieces_in(delivery)
    if accepted < 1:
        raise _cannot(NOTHING, quantity_accepted=f"must be at least 1 and at most {whole}")
    if accepted > whole:
        words = f"The parcel holds {whole}; {accepted} cannot be handed over."
        raise _cannot(words, quantity_accepted=f"must be at least 1 and at most {whole}")
    if accepted == whole:
        if reason is not None:
            raise _cannot("All of it is handed over.", partial_reason="must be left out where all is handed over")
        return None, None
    if delivery.return_of is not None:
        raise _cannot("What is brought back is brought back whole.", quantity_accepted=f"must be {whole}")
    if reason is None:
        fits = ", ".join(one.value for one in PartialReason)
        raise _cannot("Not all of it is handed over: say why.", partial_reason=f"must be one of: {fits}")
    return accepted, reason


def check_same_part(delivery: Delivery, accepted: int | None, reason: PartialReason | None) -> None:
    """Of one that was handed over before: a repeat says the same. Raises Conflict."""
    if (delivery.quantity_accepted, delivery.partial_reason) == (accepted, reason):
        return
    before = delivery.quantity_accepted or pieces_in(delivery)
    why = None if delivery.partial_reason is None else delivery.partial_reason.value
    raise Conflict(
        f"It was handed over already: {before} of {pieces_in(delivery)}.",
        code="delivered_otherwise",
        delivery_status=delivery.status.value,
        quantity_accepted=before,
        partial_reason=why,
    )


def pieces_in(delivery: Delivery) -> int:
    """So many goods a parcel holds."""
    if delivery.return_of is None:
        return delivery.sale.quantity
    return delivery.rest_quantity or delivery.sale.quantity_kept


def pieces_of_rest(delivery: Delivery) -> tuple[int, int] | None:
    """Of a return that brings the rest of a sale back: so many goods, and so many that were handed over."""
    if delivery.rest_quantity is None:
        return None
    return delivery.rest_quantity, delivery.sale.quantity - delivery.rest_quantity


def _cannot(detail: str, **fields: str) -> Invalid:
    return Invalid(detail, code="part_does_not_fit", fields=fields)
