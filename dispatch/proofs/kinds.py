"""What may be required at an end of a delivery."""

from enum import StrEnum
from typing import Final


class ProofKind(StrEnum):
    """What proves that a parcel changed hands."""

    PHOTO = "photo"
    SIGNATURE = "signature"
    """With the name of who signed."""
    CODE = "code"
    """Four digits that the customer was told and tells the transporter."""
    BARCODE = "barcode"
    """What stands on the parcel: its tracking number, or the seller's own label."""
    AGE = "age"
    """The transporter looked at a paper that says how old the customer is."""


class End(StrEnum):
    """Where a parcel changes hands."""

    PICKUP = "pickup"
    DROP_OFF = "drop_off"
    RETURN = "return"


class Proved(StrEnum):
    """What a record is of: a handover at one of the ends, or an attempt in vain."""

    PICKUP = "pickup"
    DROP_OFF = "drop_off"
    RETURN = "return"
    ATTEMPT = "attempt"


EVERYWHERE: Final = frozenset({ProofKind.PHOTO, ProofKind.SIGNATURE, ProofKind.BARCODE})
FITS: Final = {End.PICKUP: EVERYWHERE, End.DROP_OFF: frozenset(ProofKind), End.RETURN: EVERYWHERE}
"""What may be required where: code and age are the customer's."""
USUAL_AGE: Final = 18


class Relation(StrEnum):
    """What who signed is to whom the parcel is for."""

    SELF = "self"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    COLLEAGUE = "colleague"
    GUARD = "guard"
    RECEPTION = "reception"
    OTHER = "other"


def in_order(kinds: frozenset[ProofKind] | set[ProofKind]) -> list[ProofKind]:
    """As they are asked for: in the order of the kinds, each once."""
    return [kind for kind in ProofKind if kind in kinds]
