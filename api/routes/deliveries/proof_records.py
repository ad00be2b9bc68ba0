"""What proved the handovers and attempts of a delivery: shown to those concerned, with its pictures, and checked."""

from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Controller, Request, Response, get
from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict
from sqlalchemy import select

from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.schemas import BIGINT_MAX
from api.http.security import PUBLIC, needs
from api.routes.deliveries.codes import CodePath
from api.routes.deliveries.deliveries import delivery_named
from api.routes.deliveries.evidence import Evidence, SignedEvidence, evidence_of, signed_evidence_of
from api.routes.deliveries.late_proofs import RefusedProof, refused_proofs
from api.routes.deliveries.proof_links import PATH, ProofLinks
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.deliveries.attempts.models import AttemptReason
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.proof_verification import ProofVerification
from dispatch.errors import NotFound
from dispatch.proofs.kinds import End, ProofKind, Proved
from dispatch.proofs.models import ProofRecord, kinds_of
from dispatch.proofs.verifying import ProofFault

TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
PICTURES = also(OtherAnswer(200, "The picture.", tuple(TYPES.values()), instead=True))


class HandoverProof(SignedEvidence, frozen=True, kw_only=True):
    """What proved one handover; ``hash`` is of all that is kept of it, ``flags`` for admins alone."""

    end: End
    happened_at: datetime
    checked: list[ProofKind]
    hash: str
    flags: list[str] | UnsetType = UNSET


class AttemptProof(Evidence, frozen=True, kw_only=True):
    """What proves that somebody was at the door in vain, as of a handover; ``attempt``: which one of the delivery's."""

    attempt: int
    reason: AttemptReason
    happened_at: datetime
    hash: str
    flags: list[str] | UnsetType = UNSET


class ProofOfDelivery(Struct, frozen=True, kw_only=True):
    """What proved the handovers and attempts of a delivery; ``has_code``: whether its buyer was told a code.

    ``number`` counts both in the order in which they were written down. ``refused``: what was sent with steps that
    were not taken, for admins alone.
    """

    delivery_id: int
    tracking_number: str
    has_code: bool
    handovers: list[HandoverProof]
    attempts: list[AttemptProof]
    refused: list[RefusedProof] | UnsetType = UNSET


class ProofProblem(Struct, frozen=True, kw_only=True):
    """What is not as it was written. ``number``: of the delivery's records; ``place_in_all``: in the chain of all."""

    fault: ProofFault
    number: int | None
    place_in_all: int | None


class VerifiedProof(Struct, frozen=True, kw_only=True):
    """Whether all that was written down is as it was; ``last_hash``: whoever keeps it can compare a later check."""

    is_whole: bool
    handovers: int
    attempts: int
    last_hash: str
    problems: list[ProofProblem]


class ProofController(Controller):
    """``/api/deliveries/{id}/proof``: for its buyer, its seller, its transporter and admins."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{delivery_id:str}/proof/", guards=[needs()])
    async def show_proof(
        self, request: Request[User, Any, Any], delivery_id: CodePath, work: GivenWork, services: GivenServices
    ) -> ProofOfDelivery:
        """Photos, signatures, who signed, where and when, for those who have to do with the delivery.

        Pictures are links that whoever has them can open for `DISPATCH_PROOF_LINK_S` seconds.
        """
        delivery = await _concerned(request, delivery_id, work, services)
        mine = select(ProofRecord).where(ProofRecord.delivery_id == delivery.id).order_by(ProofRecord.number)
        for_admin = request.user.has(Role.ADMIN)
        rows = (await work.session.scalars(mine)).all()
        return ProofOfDelivery(
            delivery_id=delivery.id,
            tracking_number=delivery.tracking_number,
            has_code=await services.codes(work).find(delivery.id) is not None,
            handovers=[
                _handover(row, services.proof_links, for_admin=for_admin)
                for row in rows
                if row.end is not Proved.ATTEMPT
            ],
            attempts=[
                _attempt(row, services.proof_links, for_admin=for_admin) for row in rows if row.end is Proved.ATTEMPT
            ],
            refused=await refused_proofs(work, delivery.id, services.proof_links) if for_admin else UNSET,
        )

    @get("/{delivery_id:str}/proof/verify/", guards=[needs()])
    async def verify_proof(
        self, request: Request[User, Any, Any], delivery_id: CodePath, work: GivenWork, services: GivenServices
    ) -> VerifiedProof:
        """Look whether rows and files are as they were written, and whether any is missing.

        `dispatch verify-proofs` looks at those of all deliveries.
        """
        delivery = await _concerned(request, delivery_id, work, services)
        verification = ProofVerification(services.photos, services.proof_keys.seals)
        found = await verification.of_delivery(work, delivery)
        return VerifiedProof(
            is_whole=not found.findings,
            handovers=found.handovers,
            attempts=found.attempts,
            last_hash=found.last_hash,
            problems=[
                ProofProblem(fault=one.fault, number=one.number, place_in_all=one.place_in_all)
                for one in found.findings
            ],
        )


class ProofPictureController(Controller):
    """``/api/proof-pictures``: for whoever has a link that was made for them."""

    path = PATH
    tags = ("deliveries",)

    @get("/{picture:str}", opt=PUBLIC | PICTURES)
    async def show_proof_picture(
        self,
        picture: Annotated[str, PathParameter(max_length=120, description="The picture's name in the link.")],
        until: Annotated[int, QueryParameter(ge=0, le=BIGINT_MAX, description="When the link ends.")],
        signature: Annotated[str, QueryParameter(max_length=64, description="What makes the link good.")],
        services: GivenServices,
    ) -> Response[bytes]:
        """A photo or signature, by a link of `GET /api/deliveries/{id}/proof/`; 404 once the link has ended."""
        services.proof_links.check(picture, until, signature)
        content = await services.photos.read(picture)
        media_type = TYPES.get(picture.rpartition(".")[2])
        if content is None or media_type is None:
            raise NotFound("This picture is not kept any more.", code="picture_not_found")
        return Response(content, media_type=media_type)


async def _concerned(request: Request[User, Any, Any], key: str, work: Work, services: DeliveryServices) -> Delivery:
    """Raises NotFound for everybody who has nothing to do with it, as for none."""
    deliveries, user = services.deliveries(work), request.user
    delivery = await delivery_named(deliveries, key)
    transporter = delivery.transporter
    known_to = {delivery.sale.buyer_id, delivery.sale.seller_id, transporter.user_id if transporter else None}
    if user.id not in known_to and not user.has(Role.ADMIN):
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return delivery


def _handover(row: ProofRecord, links: ProofLinks, *, for_admin: bool) -> HandoverProof:
    return HandoverProof(
        **asdict(signed_evidence_of(row, links)),
        end=End(row.end.value),
        happened_at=row.happened_at,
        checked=sorted(kinds_of(row.checked)),
        hash=row.hash,
        flags=row.flags if for_admin else UNSET,
    )


def _attempt(row: ProofRecord, links: ProofLinks, *, for_admin: bool) -> AttemptProof:
    return AttemptProof(
        **asdict(evidence_of(row, links)),
        attempt=row.attempt or 0,
        reason=AttemptReason(row.reason or AttemptReason.OTHER),
        happened_at=row.happened_at,
        hash=row.hash,
        flags=row.flags if for_admin else UNSET,
    )
