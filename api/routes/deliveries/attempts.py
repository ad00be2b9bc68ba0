"""A parcel that could not be handed over: the attempt, and when it is tried again."""

from typing import Any

from litestar import Controller, Request, post
from litestar.params import JSONBody

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.schemas import Body, Lat, Lon, Moment, Text
from api.http.security import acts, needs
from api.routes.deliveries.attempt_answers import AttemptedAnswer, RescheduledAnswer, next_try, noted_attempt
from api.routes.deliveries.deliveries import KeyPath, delivery_key, key_named, transporter_and_place
from api.routes.deliveries.late_proofs import proof_kept
from api.routes.deliveries.lists import RatedPath
from api.routes.deliveries.proofs import MAX_BODY_BYTES, Base64, check_pictures, decoded_pictures, picture_files
from api.routes.deliveries.sent_pictures import with_uploads
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.deliveries.attempts.models import AttemptReason
from dispatch.deliveries.attempts.rescheduling import Window
from dispatch.deliveries.handover import Handover
from dispatch.deliveries.refused_steps import SentStep
from dispatch.deliveries.service import Place
from dispatch.proofs.refused import RefusedStep


class AttemptBody(Body, frozen=True, kw_only=True):
    """Why the parcel could not be handed over, with what proves that somebody was there.

    ``happened_at``: when, by the phone's clock; the same again is the same attempt. ``next_try_at``: when the
    transporter means to come again.
    """

    reason: AttemptReason
    note: Text = ""
    latitude: Lat | None = None
    longitude: Lon | None = None
    photo: Base64 | None = None
    next_try_at: Moment | None = None
    happened_at: Moment | None = None


class RescheduleBody(Body, frozen=True, kw_only=True):
    """From when until when somebody is there to take the parcel."""

    starts_at: Moment
    ends_at: Moment
    note: Text = ""


async def _check_picture(_: Request[Any, Any, Any], given: Given) -> None:
    await check_pictures(photo=given.get("photo"))


class AttemptController(Controller):
    """``/api/deliveries/{id}``: attempts."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post(
        "/{delivery_id:str}/attempts/",
        guards=[acts(Role.TRANSPORTER)],
        opt=also_checked(_check_picture) | picture_files("photo"),
        request_max_body_size=MAX_BODY_BYTES,
    )
    async def attempt(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[AttemptBody],
        work: GivenWork,
        services: GivenServices,
    ) -> AttemptedAnswer:
        """The transporter was at the door and could not hand the parcel over: it stays aboard, in transit.

        Place, time and photo are judged as at the drop-off: where the shop wants it, 422 `too_far`, `fix_too_old` or
        `place_required`, but for what is damaged or lost; `wrong_address` and `unsafe` are never `too_far`, but from
        there leave `attempts_left` as it was. Told again with the same `happened_at` it is the same attempt. What the
        buyer or a dispatcher asked for after it happened stays `next_try`. 409: `wrong_status` and `no_longer_yours`
        with `delivery_status`; `too_many_attempts` after `DISPATCH_MAX_ATTEMPTS`: it returns. Proof is kept for admins
        then: `proof_kept`, `proof_number`.
        """
        pictures = await decoded_pictures(**await with_uploads(work, services.clock, request.user, photo=data.photo))
        transporter, seen = await transporter_and_place(request, work, services)
        here = None
        if data.latitude is not None and data.longitude is not None:
            here = Place(data.latitude, data.longitude)
        handover = Handover(here, data.note, pictures["photo"], seen=seen, happened_at=data.happened_at)
        key = delivery_key(delivery_id)
        sent = SentStep(key, transporter.id, RefusedStep.ATTEMPT, handover, data.reason.value)
        async with proof_kept(work, services, sent):
            told = await services.attempts(work).attempt(key, transporter, handover, data.reason, data.next_try_at)
        return AttemptedAnswer(
            status=told.delivery.status,
            attempt=noted_attempt(told.attempt, services.proof_links, for_admin=False),
            attempts_left=told.left,
            next_try=next_try(told.delivery),
        )

    @post("/{delivery_id:str}/reschedule/", guards=[needs(Role.CUSTOMER, Role.ADMIN)], status_code=200)
    async def reschedule(
        self,
        request: Request[User, Any, Any],
        delivery_id: RatedPath,
        data: JSONBody[RescheduleBody],
        work: GivenWork,
        services: GivenServices,
    ) -> RescheduledAnswer:
        """Say when a parcel is tried again, as its buyer after an attempt or as an admin; its transporter is told.

        Within `DISPATCH_NEXT_TRY_DAYS`; the same again changes nothing. 409, each with `delivery_status`:
        `wrong_status`, `not_attempted`, `too_many_attempts`, for its buyer `too_many_changes`.
        """
        key = await key_named(services.deliveries(work), delivery_id)
        delivery = await services.rescheduling(work).reschedule(
            key, request.user, Window(data.starts_at, data.ends_at), note=data.note
        )
        if request.user.has(Role.ADMIN):
            told = {"starts_at": data.starts_at.isoformat(), "ends_at": data.ends_at.isoformat(), "note": data.note}
            await record(work.session, actor_of(request), "delivery.rescheduled", "delivery", delivery.id, told)
        return RescheduledAnswer(
            delivery_id=delivery.id,
            delivery_uuid=str(delivery.delivery_id),
            status=delivery.status,
            next_try=next_try(delivery),
        )
