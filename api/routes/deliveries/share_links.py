"""Sharing a parcel by links that end."""

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

from litestar import Controller, Request, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, PathId
from api.http.security import needs
from api.routes.deliveries.deliveries import delivery_named
from api.routes.deliveries.lists import RatedPath
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.tracking.share_links import ShareLink, ShareLinks

Sharer: TypeAlias = Request[User, Any, Any]
SHARERS = needs(Role.CUSTOMER, Role.SELLER, Role.ADMIN)


class NewShareLink(Body, frozen=True, kw_only=True):
    """``label``: for whom, seen by nobody else; ``expires_in_h``: how long it is good, hours."""

    label: Annotated[str, Meta(max_length=80, pattern=NO_NUL, extra=ONE_LINE)] = ""
    expires_in_h: Annotated[int, Meta(ge=1, le=720)] = 48


class ShareLinkAnswer(Struct, frozen=True, kw_only=True):
    """A link; ``is_good`` says whether it still opens the parcel."""

    id: int
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    is_good: bool


class MadeShareLink(ShareLinkAnswer, frozen=True, kw_only=True):
    """A new link. ``url`` is told only now: the server keeps a hash of it."""

    url: str


class ShareLinkController(Controller):
    """``/api/deliveries/{id}/share-links``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post("/{delivery_id:str}/share-links/", guards=[SHARERS])
    async def share(
        self,
        request: Sharer,
        delivery_id: RatedPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[NewShareLink | None] = None,
    ) -> MadeShareLink:
        """A link by which anybody follows this parcel until it expires or is revoked, for its buyer, seller and admins.

        It shows what the tracking number shows, but not the number.
        """
        wish, now = data or NewShareLink(), services.clock.now()
        links = await _links(services, work, delivery_id, request.user)
        link, token = await links.make(wish.label, timedelta(hours=wish.expires_in_h), now)
        await _noted(work, request, "share_link.made", link)
        url = f"{services.settings.public_url}/t/s/{token.removeprefix('s.')}"
        return MadeShareLink(**_facts(link, now), url=url)

    @get("/{delivery_id:str}/share-links/", guards=[SHARERS])
    async def shared(
        self, request: Sharer, delivery_id: RatedPath, work: GivenWork, services: GivenServices
    ) -> list[ShareLinkAnswer]:
        """The links that one has made, newest first; an admin sees all."""
        links = await (await _links(services, work, delivery_id, request.user)).list_links()
        return [ShareLinkAnswer(**_facts(link, services.clock.now())) for link in links]

    @delete("/{delivery_id:str}/share-links/{link_id:int}/", guards=[SHARERS])
    async def unshare(
        self, request: Sharer, delivery_id: RatedPath, link_id: PathId, work: GivenWork, services: GivenServices
    ) -> None:
        """Take a link back: who opens it is answered 410, who follows by it is cut off within seconds."""
        links = await _links(services, work, delivery_id, request.user)
        await _noted(work, request, "share_link.revoked", await links.revoke(link_id, services.clock.now()))


async def _links(services: DeliveryServices, work: Work, delivery_id: str, user: User) -> ShareLinks:
    delivery = await delivery_named(services.deliveries(work), delivery_id)
    return ShareLinks(work.session, delivery, user)


def _facts(link: ShareLink, now: datetime) -> dict[str, Any]:
    shown = ("id", "label", "created_at", "expires_at", "revoked_at")
    return {name: getattr(link, name) for name in shown} | {"is_good": link.is_good(now)}


async def _noted(work: Work, request: Sharer, action: str, link: ShareLink) -> None:
    detail = {"link_id": link.id}
    await record(work.session, actor_of(request), action, "delivery", link.delivery_id, detail)
