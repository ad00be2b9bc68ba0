"""What a seller shows of its parcels to whoever has their tracking numbers."""

from dataclasses import asdict
from typing import Any, Literal

from litestar import Controller, Request, get, patch
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType, convert, structs

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Body
from api.http.security import needs
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.tracking.privacy import Privacy, Shown
from dispatch.tracking.privacy_settings import choose, find_choices, privacy_with

AfterEnd = Literal["always", "never", "code"]
"""What can be of a parcel that has ended: values of ``Shown``."""


class ShownElements(Struct, frozen=True, kw_only=True):
    """When each element is shown. ``after_end``: all the others, once the parcel has arrived or was cancelled."""

    position: Shown
    surname: Shown
    phone: Shown
    vehicle_number: Shown
    pickup_address: Shown
    delivery_address: Shown
    history: Shown
    after_end: Shown


class TrackingPrivacyAnswer(ShownElements, frozen=True, kw_only=True):
    """What counts for one's parcels, and what would where nothing was chosen."""

    defaults: ShownElements


class TrackingPrivacyChanges(Body, frozen=True, kw_only=True):
    """What is left out stays; null goes back to the default. ``after_end``: always, never or code."""

    position: Shown | UnsetType | None = UNSET
    surname: Shown | UnsetType | None = UNSET
    phone: Shown | UnsetType | None = UNSET
    vehicle_number: Shown | UnsetType | None = UNSET
    pickup_address: Shown | UnsetType | None = UNSET
    delivery_address: Shown | UnsetType | None = UNSET
    history: Shown | UnsetType | None = UNSET
    after_end: AfterEnd | UnsetType | None = UNSET


class TrackingPrivacyController(Controller):
    """``/api/marketplace/seller/tracking-privacy``."""

    path = "/api/marketplace/seller/tracking-privacy"
    tags = ("sales",)

    @get("/", guards=[needs(Role.SELLER)])
    async def tracking_privacy(
        self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices
    ) -> TrackingPrivacyAnswer:
        """What whoever has the tracking number of one's parcels sees, and when."""
        usual = services.deliveries.usual_privacy
        return _answer(privacy_with(await find_choices(work.session, request.user.id), usual), usual)

    @patch("/", guards=[needs(Role.SELLER)])
    async def change_tracking_privacy(
        self,
        request: Request[User, Any, Any],
        data: JSONBody[TrackingPrivacyChanges],
        work: GivenWork,
        services: GivenServices,
    ) -> TrackingPrivacyAnswer:
        """Choose when each element is shown; parcels on their way follow within seconds.

        `always`, `never`, `under_way` (from the assignment to the end), `near` (aboard, and at most two stops or
        twenty minutes away), `code` (to whoever gives the last four digits of the receiver's phone).
        """
        said = {name: value for name, value in structs.asdict(data).items() if value is not UNSET}
        chosen = {name: None if value is None else Shown(value) for name, value in said.items()}
        kept = await choose(work.session, request.user.id, chosen)
        if chosen:
            await record(work.session, actor_of(request), "tracking_privacy.changed", "user", request.user.id, chosen)
        usual = services.deliveries.usual_privacy
        return _answer(privacy_with(kept, usual), usual)


def _answer(privacy: Privacy, usual: Privacy) -> TrackingPrivacyAnswer:
    return convert({**asdict(privacy), "defaults": asdict(usual)}, TrackingPrivacyAnswer)
