"""What came with a step, as rows keep it: the same of handovers, attempts and steps that were refused."""

from datetime import datetime
from typing import Any

from dispatch.deliveries.handover import Handover, drop_off_point, pickup_point
from dispatch.deliveries.models import Delivery
from dispatch.geo import great_circle_m
from dispatch.proofs.chain import content_hash


def evidence_columns(delivery: Delivery, handover: Handover, at: datetime, *, at_pickup: bool) -> dict[str, Any]:
    """Hashes of the pictures, who signed, where it was and how far from the address; degrees, metres, seconds."""
    here = handover.point_at(at)
    address = pickup_point(delivery) if at_pickup else drop_off_point(delivery)
    return {
        "photo_hash": None if handover.photo is None else content_hash(handover.photo),
        "signature_hash": None if handover.signature is None else content_hash(handover.signature),
        "signed_by": handover.signed_by,
        "relation": handover.relation,
        "lat": here[0] if here else None,
        "lon": here[1] if here else None,
        "distance_m": round(great_circle_m(*here, *address), 1) if here and address else None,
        "fix_age_s": handover.fix_age_s(at),
    }
