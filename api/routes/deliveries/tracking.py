"""A parcel for whoever has its tracking number."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from api.http.actors import client_address
from api.http.described_errors import ALSO_TELLS
from api.http.injected import GivenWork
from api.http.schemas import CODE, NO_NUL, Body
from api.http.security import PUBLIC, whoever_asks
from api.routes.deliveries.services import GivenServices
from api.routes.deliveries.track_answers import TrackedDelivery
from api.routes.deliveries.tracked import read_tracked
from dispatch.errors import Forbidden, TooMany
from dispatch.tracking.share_links import followed_by
from dispatch.tracking.unlocking import knows_receiver, read_code

UnlockQuery = Annotated[str | None, QueryParameter(max_length=100, description="What `unlock/` answered.")]


class UnlockBody(Body, frozen=True, kw_only=True):
    """What shows that one knows the receiver: the last four digits of the phone."""

    code: Annotated[str, Meta(min_length=1, max_length=20, pattern=NO_NUL, extra=CODE)]


class Unlocked(Struct, frozen=True):
    """``token`` goes into ``?unlock=`` of ``track/``, ``events/`` and the socket, for this parcel, until it expires."""

    token: str
    expires_at: datetime


class TrackingController(Controller):
    """What lies below a tracking number."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{tracking_number:str}/track/", opt=PUBLIC | {ALSO_TELLS: (401, 410)})
    async def track(
        self,
        request: Request[Any, Any, Any],
        tracking_number: FromPath[str],
        work: GivenWork,
        services: GivenServices,
        unlock: UnlockQuery = None,
    ) -> TrackedDelivery:
        """A parcel, for anyone who has its tracking number, or `s.` and the end of a share link: 410 once that ended.

        `estimated_delivery_time` and `eta` are of the door, by way of the pickup, from where the transporter is now,
        as on the socket. What its seller does not show now is named in `hidden`; by default the addresses show while it
        is under way, and once it has ended only that and when, without `unlock`. Its buyer, its seller and admins who
        send their access token need no code; 401 `token_expired` where it has expired.
        """
        return await read_tracked(services, work, tracking_number, unlock, await whoever_asks(request))

    @post("/{tracking_number:str}/unlock/", opt=PUBLIC | {ALSO_TELLS: (403, 410)}, status_code=200)
    async def unlock(
        self,
        request: Request[Any, Any, Any],
        tracking_number: FromPath[str],
        data: JSONBody[UnlockBody],
        work: GivenWork,
        services: GivenServices,
    ) -> Unlocked:
        """Show that one knows the receiver: what the seller shows for a code is shown with the `token`.

        403 where the code is wrong; after several wrong ones the next has to wait (429 `too_many_codes`).
        """
        number, _ = await followed_by(work.session, tracking_number, services.clock.now())
        delivery = await services.deliveries(work).get_by_tracking_number(number)
        counted, address = f"tracking:{number}", client_address(request)
        wait_s = await services.guesses.begin(counted, address)
        if wait_s:
            raise TooMany(f"Too many wrong codes. Try again in {wait_s} s.", wait_s, code="too_many_codes")
        if not knows_receiver(delivery, read_code(data.code)):
            await services.guesses.failed(counted, address)
            raise Forbidden("That is not the code of this parcel.", code="wrong_code")
        await services.guesses.succeeded(counted, address)
        return Unlocked(*services.unlock_tokens.make(number, services.clock.now()))
