"""What was sent to prove a step, as answers tell it: the same of handovers, attempts and steps that were refused."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import asdict

from api.routes.deliveries.proof_links import PictureLink, ProofLinks
from api.routes.deliveries.step_answers import Point
from dispatch.proofs.kinds import Relation


class Sent(Protocol):
    """What the rows of all three keep. Degrees, metres, seconds."""

    number: int
    lat: float | None
    lon: float | None
    distance_m: float | None
    fix_age_s: float | None
    photo: str | None
    photo_hash: str | None
    noticed_at: datetime


class SentSigned(Sent, Protocol):
    """The same with who signed."""

    signature: str | None
    signature_hash: str | None
    signed_by: str
    relation: Relation | None


class Evidence(Struct, frozen=True, kw_only=True):
    """Where and when it was, and its photo. Metres, seconds.

    ``distance_m``: from where it was to the address; ``fix_age_s``: how old the transporter's last position was then;
    ``noticed_at``: when we were told.
    """

    number: int
    noticed_at: datetime
    location: Point | None
    distance_m: float | None
    fix_age_s: float | None
    photo: PictureLink | None


class SignedEvidence(Evidence, frozen=True, kw_only=True):
    """The same with the signature, who signed, and what that one is to whom the parcel is for."""

    signature: PictureLink | None
    signed_by: str
    relation: Relation | None


def evidence_of(row: Sent, links: ProofLinks) -> Evidence:
    """What a row keeps, its picture as a link."""
    return Evidence(
        number=row.number,
        noticed_at=row.noticed_at,
        location=None if row.lat is None or row.lon is None else Point(row.lat, row.lon),
        distance_m=row.distance_m,
        fix_age_s=row.fix_age_s,
        photo=links.link(row.photo, row.photo_hash),
    )


def signed_evidence_of(row: SentSigned, links: ProofLinks) -> SignedEvidence:
    """The same of a row that may have a signature."""
    return SignedEvidence(
        **asdict(evidence_of(row, links)),
        signature=links.link(row.signature, row.signature_hash),
        signed_by=row.signed_by,
        relation=row.relation,
    )
