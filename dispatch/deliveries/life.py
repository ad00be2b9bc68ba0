"""The life of a delivery: what may be done with it, in which statuses, and by whom. Nothing else moves its status.

``move`` is the only way to a status in Python; ``dispatch/assignments/sets.py`` gives many by one statement, whose
statuses are those of the table. ``tests/docs/test_lifecycles.py`` looks for code that goes past it.
"""

from enum import StrEnum

from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.lifecycles import Lifecycle, Move

AVAILABLE, ASSIGNED, PICKED_UP = DeliveryStatus.AVAILABLE, DeliveryStatus.ASSIGNED, DeliveryStatus.PICKED_UP
IN_TRANSIT, DELIVERED, CANCELLED = DeliveryStatus.IN_TRANSIT, DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED


class DeliveryAct(StrEnum):
    """What is done with a delivery."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    REASSIGN = "reassign"
    UNDO_GIVE_BACK = "undo give back"
    UNASSIGN = "unassign"
    PICK_UP = "pick up"
    DEPART = "depart"
    TRANSFER = "transfer"
    ARRIVE = "arrive"
    ATTEMPT = "attempt"
    RESCHEDULE = "reschedule"
    DELIVER = "deliver"
    CANCEL = "cancel"
    LOSE = "lose"
    RETURN = "return"
    HOLD = "hold"
    RESUME = "resume"
    CHANGE_PRIORITY = "change priority"
    CHANGE_ADDRESS = "change address"
    CHANGE_INSTRUCTIONS = "change instructions"
    RATE = "rate"
    OBJECT = "object"
    REJECT_OBJECTION = "reject objection"


LIFE = Lifecycle(
    "a delivery",
    first=(AVAILABLE, PICKED_UP),
    ends=(DELIVERED, CANCELLED),
    moves=(
        Move(
            DeliveryAct.ASSIGN,
            (AVAILABLE,),
            ASSIGNED,
            "dispatch by itself, an admin, a transporter for itself",
            "a transporter has it",
        ),
        Move(DeliveryAct.ACCEPT, (ASSIGNED,), None, "its transporter", "it will carry it"),
        Move(
            DeliveryAct.REASSIGN, (ASSIGNED,), None, "an admin, rolling dispatch", "another transporter has it instead"
        ),
        Move(
            DeliveryAct.UNASSIGN,
            (ASSIGNED,),
            AVAILABLE,
            "an admin, its transporter (give back), whatever ends the transporter's right to carry",
            "it waits again",
        ),
        Move(
            DeliveryAct.UNDO_GIVE_BACK,
            (AVAILABLE,),
            ASSIGNED,
            "who gave it back, within `DISPATCH_UNDO_S` and while nobody else has it",
            "giving it back was a mistake: it stays where it was",
        ),
        Move(DeliveryAct.PICK_UP, (ASSIGNED,), PICKED_UP, "its transporter", "the parcel is aboard"),
        Move(DeliveryAct.DEPART, (PICKED_UP,), IN_TRANSIT, "the transporter's track", "it left the pickup"),
        Move(DeliveryAct.TRANSFER, (PICKED_UP, IN_TRANSIT), None, "an admin", "another transporter has it aboard"),
        Move(
            DeliveryAct.ARRIVE,
            (ASSIGNED, PICKED_UP, IN_TRANSIT),
            None,
            "the transporter's track",
            "it is at the pickup or at the door",
        ),
        Move(
            DeliveryAct.ATTEMPT,
            (PICKED_UP, IN_TRANSIT),
            IN_TRANSIT,
            "its transporter",
            "it was at the door and could not hand the parcel over",
        ),
        Move(
            DeliveryAct.RESCHEDULE,
            (PICKED_UP, IN_TRANSIT),
            None,
            "the buyer after an attempt, an admin",
            "when it is tried again",
        ),
        Move(
            DeliveryAct.DELIVER,
            (PICKED_UP, IN_TRANSIT),
            DELIVERED,
            "its transporter",
            "the parcel is with its recipient",
        ),
        Move(
            DeliveryAct.CANCEL,
            (AVAILABLE, ASSIGNED),
            CANCELLED,
            "an admin, the sale's seller, whoever cancels the order",
            "it is not carried",
        ),
        Move(
            DeliveryAct.LOSE,
            (AVAILABLE, ASSIGNED, PICKED_UP, IN_TRANSIT),
            CANCELLED,
            "an admin",
            "the parcel was lost or damaged: it ends, and its buyer has the money back",
        ),
        Move(
            DeliveryAct.RETURN,
            (PICKED_UP, IN_TRANSIT),
            CANCELLED,
            "an admin, the sale's seller, its transporter once it was tried as often as it may be",
            "the parcel goes back to its seller, as a delivery of its own that begins aboard",
        ),
        Move(
            DeliveryAct.RETURN,
            (DELIVERED,),
            None,
            "an admin, the sale's seller",
            "what had arrived goes back to its seller, as a delivery of its own",
        ),
        Move(
            DeliveryAct.LOSE,
            (DELIVERED, CANCELLED),
            None,
            "an admin",
            "what had ended was lost or damaged: its buyer has the money back",
        ),
        Move(
            DeliveryAct.HOLD,
            (AVAILABLE,),
            None,
            "an admin, the sale's seller",
            "nobody is given it or may take it, until a time or until it is resumed",
        ),
        Move(DeliveryAct.RESUME, (AVAILABLE,), None, "an admin, the sale's seller", "it waits as any other again"),
        Move(
            DeliveryAct.CHANGE_PRIORITY,
            (AVAILABLE, ASSIGNED, PICKED_UP, IN_TRANSIT),
            None,
            "an admin",
            "it is more or less urgent",
        ),
        Move(
            DeliveryAct.CHANGE_ADDRESS,
            (AVAILABLE, ASSIGNED, PICKED_UP, IN_TRANSIT),
            None,
            "an admin; the buyer and the sale's seller until it is picked up",
            "it goes to another door",
        ),
        Move(
            DeliveryAct.CHANGE_INSTRUCTIONS,
            (AVAILABLE, ASSIGNED, PICKED_UP, IN_TRANSIT),
            None,
            "the buyer, of a return its seller, an admin; the sale's seller until it is picked up",
            "the courier is told something else about the door",
        ),
        Move(DeliveryAct.RATE, (DELIVERED,), None, "the buyer", "how it was"),
        Move(
            DeliveryAct.OBJECT,
            (DELIVERED,),
            None,
            "the buyer, whoever knows the parcel's code",
            "it did not come as it was told: an admin looks into it, and its order is not completed meanwhile",
        ),
        Move(DeliveryAct.REJECT_OBJECTION, (DELIVERED,), None, "an admin", "it stands as it was told, and why"),
    ),
)


def move(delivery: Delivery, act: DeliveryAct) -> DeliveryStatus:
    """Let a locked delivery undergo an act; the status that it had. Raises IllegalMove, which is a mistake of ours."""
    before = delivery.status
    delivery.status = LIFE.after(act, before)
    return before
