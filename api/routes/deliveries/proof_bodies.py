"""What is required as proof, as bodies say it and answers tell it."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import asdict

from api.http.schemas import Body
from dispatch.proofs.codes import MOST_TRIES
from dispatch.proofs.kinds import End, ProofKind, in_order
from dispatch.proofs.models import DeliveryCode
from dispatch.proofs.required import Required

Plain = Annotated[list[Literal["photo", "signature", "barcode"]], Meta(max_length=10)]
AtTheDoor = Annotated[list[ProofKind], Meta(max_length=10)]
Age = Annotated[int, Meta(ge=1, le=120)]


class WantedProofs(Body, frozen=True, kw_only=True):
    """What is required at the pickup, at the drop-off and at a return: an empty list is nothing.

    What is not named stays as the seller's deliveries usually have it. ``age_minimum`` goes with ``age`` at the
    drop-off; 18 where it is not said.
    """

    pickup: Plain | UnsetType = UNSET
    drop_off: AtTheDoor | UnsetType = UNSET
    returned: Plain | UnsetType = field(default=UNSET, name="return")
    age_minimum: Age | UnsetType = UNSET

    def required(self) -> Required:
        """The same in the business's words."""
        named = {End.PICKUP: self.pickup, End.DROP_OFF: self.drop_off, End.RETURN: self.returned}
        ends = {
            end: frozenset(ProofKind(kind) for kind in kinds)
            for end, kinds in named.items()
            if not isinstance(kinds, UnsetType)
        }
        return Required(ends, None if isinstance(self.age_minimum, UnsetType) else self.age_minimum)


class RequiredProofs(Struct, frozen=True, kw_only=True):
    """What is required at each end; ``age_minimum`` where an age is checked."""

    pickup: list[ProofKind]
    drop_off: list[ProofKind]
    returned: list[ProofKind] = field(name="return")
    age_minimum: int | None


class CodeState(Struct, frozen=True):
    """How the customer's code stands: never what it is."""

    tries_left: int
    locked: bool
    waived: bool


class DeliveryProofs(RequiredProofs, frozen=True, kw_only=True):
    """What a delivery requires; ``label``: the seller's own number on it; ``code``: null where none is required."""

    label: str | None
    code: CodeState | None


def required_proofs(required: Required) -> RequiredProofs:
    """As it is answered."""
    pickup, drop_off, returned = (in_order(set(required.at(end))) for end in (End.PICKUP, End.DROP_OFF, End.RETURN))
    return RequiredProofs(pickup=pickup, drop_off=drop_off, returned=returned, age_minimum=required.age_minimum)


def code_state(code: DeliveryCode) -> CodeState:
    """How a code stands."""
    return CodeState(max(0, MOST_TRIES - code.wrong_tries), code.locked_at is not None, code.waived_at is not None)


def delivery_proofs(required: Required, label: str | None, code: DeliveryCode | None) -> DeliveryProofs:
    """What a delivery requires, and how its code stands."""
    ends = required_proofs(required)
    return DeliveryProofs(**asdict(ends), label=label, code=None if code is None else code_state(code))
