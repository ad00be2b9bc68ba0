"""Parcels change hands: pickup and drop-off, as the transporter's phone tells them, now or later."""

from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Meta

from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, absent
from api.http.injected import GivenWork
from api.http.schemas import CODE, NO_NUL, ONE_LINE, Body, Lat, Lon, Moment, Text, number
from api.http.security import acts
from api.routes.deliveries.deliveries import KeyPath, delivery_key, transporter_and_place
from api.routes.deliveries.late_proofs import proof_kept
from api.routes.deliveries.proofs import MAX_BODY_BYTES, Base64, check_pictures, decoded_pictures, picture_files
from api.routes.deliveries.sent_pictures import with_uploads
from api.routes.deliveries.services import GivenServices
from api.routes.deliveries.step_answers import DroppedOff, PickedUp, handed_part, point_of
from dispatch.accounts.models import Role, User
from dispatch.cancellations.rests import rest_of
from dispatch.deliveries.handover import Handover
from dispatch.deliveries.models import PartialReason
from dispatch.deliveries.refused_steps import SentStep
from dispatch.deliveries.service import Place
from dispatch.proofs.kinds import Relation
from dispatch.proofs.refused import RefusedStep

Signer = Annotated[str, Meta(max_length=120, pattern=NO_NUL, extra=ONE_LINE)]
Scanned = Annotated[str, Meta(max_length=120, pattern=NO_NUL, extra=CODE)]
Digits = Annotated[str, Meta(pattern=r"^[0-9]{4}$(?!\n)", extra=CODE)]


class PickupBody(Body, frozen=True, kw_only=True):
    """Where the parcel was taken, with what proves it.

    ``happened_at``: when, by the phone's clock, where that was not just now. ``scanned``: what stands on the parcel.
    """

    latitude: Lat | None = None
    longitude: Lon | None = None
    happened_at: Moment | None = None
    notes: Text = ""
    pickup_photo: Base64 | None = None
    signature: Base64 | None = None
    signed_by: Signer | None = None
    relation: Relation | None = None
    scanned: Scanned | None = None


class DropOffBody(Body, frozen=True, kw_only=True):
    """Where the parcel was handed over, with what proves it.

    ``happened_at``: when, by the phone's clock, where that was not just now. ``scanned``: what stands on the parcel.
    ``signed_by`` without a ``signature`` is who received it, as the courier says; it meets no requirement of one.
    ``code``: what the customer said. ``age_checked``: a paper was looked at that says how old the customer is.
    ``quantity_accepted``: so many of the goods, with ``partial_reason`` where that is not all of them.
    """

    latitude: Lat | None = None
    longitude: Lon | None = None
    happened_at: Moment | None = None
    notes: Text = ""
    delivery_photo: Base64 | None = None
    signature: Base64 | None = None
    signed_by: Signer | None = None
    relation: Relation | None = None
    scanned: Scanned | None = None
    code: Digits | None = None
    age_checked: bool = False
    customer_rating: Annotated[int, Meta(ge=1, le=5)] | None = None
    quantity_accepted: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    partial_reason: PartialReason | None = None

    described: ClassVar[Rule] = {"anyOf": [absent("partial_reason"), {"required": ["quantity_accepted"]}]}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.partial_reason is not None and self.quantity_accepted is None:
            raise ValueError("`partial_reason` goes with `quantity_accepted`: so many of the goods were handed over")


def _proofs(body: PickupBody | DropOffBody) -> dict[str, Any]:
    return {"signed_by": body.signed_by or "", "relation": body.relation, "scanned": body.scanned or ""}


def _place(body: PickupBody | DropOffBody) -> Place | None:
    if body.latitude is None or body.longitude is None:
        return None
    return Place(body.latitude, body.longitude)


async def _check_pictures(_: Request[Any, Any, Any], given: Given) -> None:
    await check_pictures(**{name: given.get(name) for name in ("pickup_photo", "delivery_photo", "signature")})


class HandoverController(Controller):
    """``/api/deliveries``: pickup and drop-off."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post(
        "/{delivery_id:str}/pickup/",
        guards=[acts(Role.TRANSPORTER)],
        opt=also_checked(_check_pictures) | picture_files("pickup_photo", "signature"),
        status_code=200,
        request_max_body_size=MAX_BODY_BYTES,
    )
    async def pick_up(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[PickupBody | None] = None,
    ) -> PickedUp:
        """The parcel is with its transporter.

        Pictures are base64 of a JPEG, PNG or WebP of at most 5 MiB and 25 million pixels, or files of a
        `multipart/form-data` with the same fields; what is kept is made
        anew of their pixels, without anything else of the file that came. A place far from the address
        or from where the transporter was just seen is kept and flagged for dispatchers.

        Where something is missing that the delivery requires, it is 422 `proof_missing` with all that is `missing` and
        all that is `required`.

        A phone that had no network says `happened_at`. It is believed unless it lies before the assignment, in the
        future, or longer ago than `DISPATCH_STEP_MAX_AGE_H`: then the step is flagged and ours counts. Where the
        delivery went on without the phone it is 409 with its `delivery_status` (`wrong_status`, `no_longer_yours`,
        `on_hold`). What was sent as proof is kept for admins then: `proof_kept`, `proof_number`.
        """
        body = data or PickupBody()
        pictures = await decoded_pictures(
            **await with_uploads(
                work, services.clock, request.user, pickup_photo=body.pickup_photo, signature=body.signature
            )
        )
        transporter, seen = await transporter_and_place(request, work, services)
        handover = Handover(
            _place(body),
            body.notes,
            pictures["pickup_photo"],
            pictures["signature"],
            seen=seen,
            happened_at=body.happened_at,
            **_proofs(body),
        )
        key = delivery_key(delivery_id)
        async with proof_kept(work, services, SentStep(key, transporter.id, RefusedStep.PICKUP, handover)):
            step = await services.handing_over(work).pick_up(key, transporter, handover)
        told = "Delivery marked as picked up"
        return PickedUp(step.status, told, step.timestamp, point_of(step), step.noticed_at)

    @post(
        "/{delivery_id:str}/deliver/",
        guards=[acts(Role.TRANSPORTER)],
        opt=also_checked(_check_pictures) | picture_files("delivery_photo", "signature"),
        status_code=200,
        request_max_body_size=MAX_BODY_BYTES,
    )
    async def deliver(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[DropOffBody | None] = None,
    ) -> DroppedOff:
        """The parcel is with the customer.

        `signature` (a picture, like the photo) is required where the delivery was made with `requires_signature`. What
        else it requires and did not come is 422 `proof_missing`. A wrong `code` is 422 `code_wrong` with `tries_left`;
        after the third one it is 409 `code_locked` until a dispatcher does something about it.
        `happened_at` is judged as at the pickup, which it cannot precede; so are the conflicts, whose proof is kept.
        `customer_rating` counts until the customer rates the delivery, and only where neither pickup nor drop-off is
        flagged as implausible.

        Where only a part of the goods is handed over, `quantity_accepted` says how many and `partial_reason` why not
        all: the delivery is delivered, and `part` says what becomes of the rest. What the customer did not want stays
        aboard as a return (`return_delivery`), whose price goes back once it is with the seller; of what is damaged or
        missing it goes back at once (`refunded`), and the goods are not on sale again. 400 `part_does_not_fit` for a
        number or reason that cannot be; 409 `delivered_otherwise` where another part was handed over before.
        """
        body = data or DropOffBody()
        pictures = await decoded_pictures(
            **await with_uploads(
                work, services.clock, request.user, delivery_photo=body.delivery_photo, signature=body.signature
            )
        )
        transporter, seen = await transporter_and_place(request, work, services)
        handover = Handover(
            _place(body),
            body.notes,
            pictures["delivery_photo"],
            pictures["signature"],
            body.customer_rating,
            seen,
            body.happened_at,
            code=body.code or "",
            age_checked=body.age_checked,
            quantity_accepted=body.quantity_accepted,
            partial_reason=body.partial_reason,
            **_proofs(body),
        )
        key = delivery_key(delivery_id)
        async with proof_kept(work, services, SentStep(key, transporter.id, RefusedStep.DELIVER, handover)):
            delivery, step = await services.handing_over(work).deliver(key, transporter, handover)
            await work.session.flush()
            part = handed_part(delivery, await rest_of(work, services.clock, services.deliveries(work), delivery))
        told, earnings = "Delivery completed successfully", number(delivery.earnings)
        return DroppedOff(step.status, told, step.timestamp, point_of(step), earnings, step.noticed_at, part)
