"""What is required of a delivery's ends, and what of it is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dispatch.errors import Invalid
from dispatch.numbers import tracking_signs
from dispatch.proofs.errors import Unproved
from dispatch.proofs.kinds import USUAL_AGE, End, ProofKind, in_order

NOT_THIS_PARCEL = "is not of this parcel: neither its tracking number nor its seller's label"


@dataclass(frozen=True, slots=True)
class Required:
    """What is required at each end; ``age_minimum`` where an age is checked."""

    ends: Mapping[End, frozenset[ProofKind]] = field(default_factory=dict)
    age_minimum: int | None = None

    def at(self, end: End) -> frozenset[ProofKind]:
        """What is required there."""
        return self.ends.get(end, frozenset())

    def over(self, usual: "Required") -> "Required":
        """What this says, and of what it does not say, what is usual.

        Raises Invalid where an age is named that nothing checks.
        """
        ends = dict(usual.ends) | dict(self.ends)
        if ProofKind.AGE in ends.get(End.DROP_OFF, ()):
            return Required(ends, self.age_minimum or usual.age_minimum or USUAL_AGE)
        if self.age_minimum is not None:
            told = {"age_minimum": "goes with `age` at the drop-off"}
            raise Invalid("An age is named, and nothing checks it.", fields=told)
        return Required(ends)


class Given(Protocol):
    """What came with a step."""

    @property
    def has_photo(self) -> bool:
        """Whether there is a photo, or one is on its way that may follow."""
        ...

    @property
    def signature(self) -> bytes | None:
        """A picture of it."""
        ...

    @property
    def signed_by(self) -> str:
        """Who signed."""
        ...

    @property
    def scanned(self) -> str:
        """What was read on the parcel."""
        ...

    @property
    def code(self) -> str:
        """What the customer said."""
        ...

    @property
    def age_checked(self) -> bool:
        """Whether the transporter looked."""
        ...


def check_given(required: frozenset[ProofKind], given: Given, *, labels: Sequence[str], photo_field: str) -> None:
    """Whether all that is required came, and is this parcel's. The code is looked at by whoever knows it.

    Raises Unproved, naming all that is missing and all that is wrong.
    """
    missing = missing_of(required, given)
    wrong: dict[str, str] = {}
    if given.scanned and not fits_label(given.scanned, labels):
        wrong["scanned"] = NOT_THIS_PARCEL
    if not missing and not wrong:
        return
    fields = {_field_of(name, photo_field): f"is required: {WHY[name]}" for name in missing} | wrong
    lacks = ", ".join(WHY[name] for name in missing)
    detail = f"This step needs more proof: {lacks}." if missing else "What was scanned is not of this parcel."
    raise Unproved(
        detail,
        code="proof_missing" if missing else "proof_wrong",
        fields=fields,
        missing=missing,
        wrong=sorted(wrong),
        required=[kind.value for kind in in_order(set(required))],
    )


WHY = {
    "photo": "a photo of the parcel",
    "signature": "the signature of who takes it",
    "signed_by": "the name of who signed",
    "code": "the four digits that the customer was told",
    "barcode": "what stands on the parcel, scanned or typed",
    "age": "a look at a paper that says how old the customer is",
}


def missing_of(required: frozenset[ProofKind], given: Given) -> list[str]:
    """What is required and did not come, by its name; a signature needs a name too."""
    there = {
        ProofKind.PHOTO: given.has_photo,
        ProofKind.SIGNATURE: given.signature is not None,
        ProofKind.CODE: bool(given.code),
        ProofKind.BARCODE: bool(given.scanned),
        ProofKind.AGE: given.age_checked,
    }
    missing = []
    for kind in in_order(set(required)):
        if not there[kind]:
            missing.append(kind.value)
        if kind is ProofKind.SIGNATURE and not given.signed_by:
            missing.append("signed_by")
    return missing


def fits_label(scanned: str, labels: Sequence[str]) -> bool:
    """Whether it is one of them, in any case, with blanks and dashes or without."""
    read = tracking_signs(scanned)
    return bool(read) and any(read == tracking_signs(label) for label in labels if label)


def _field_of(name: str, photo_field: str) -> str:
    return {"photo": photo_field, "barcode": "scanned", "age": "age_checked"}.get(name, name)
