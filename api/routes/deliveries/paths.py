"""The way of a delivery for maps and GPS programs."""

from typing import Any

from litestar import Controller, Request, get
from litestar.openapi import ResponseSpec
from litestar.response import Stream

from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.middleware.compression import PACKED
from api.http.security import needs
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.path_formats import PathFeature, geojson_pieces, gpx_pieces, in_turns
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.tracking.path import DeliveryPath, check_may_see_path, delivery_path

GPX_TRACK = also(OtherAnswer(200, "A GPX 1.1 track.", ("application/gpx+xml",), instead=True))


class PathController(Controller):
    """``/api/deliveries/{delivery_id}/path.*``: for its transporter, the sale's seller and buyer, and admins."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get(
        "/{delivery_id:str}/path.geojson",
        guards=[needs()],
        opt=PACKED,
        responses={200: ResponseSpec(PathFeature, generate_examples=False, media_type="application/geo+json")},
    )
    async def as_geojson(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> Stream:
        """The way of a delivery as GeoJSON, with its length in metres."""
        path = await _path(request, delivery_id, work, services)
        return Stream(in_turns(geojson_pieces(path)), media_type="application/geo+json")

    @get("/{delivery_id:str}/path.gpx", guards=[needs()], opt=PACKED | GPX_TRACK)
    async def as_gpx(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> Stream:
        """The way of a delivery as GPX."""
        path = await _path(request, delivery_id, work, services)
        name = f'attachment; filename="{path.delivery.tracking_number}.gpx"'
        return Stream(
            in_turns(gpx_pieces(path)), media_type="application/gpx+xml", headers={"Content-Disposition": name}
        )


async def _path(request: Request[User, Any, Any], key: str, work: Work, services: DeliveryServices) -> DeliveryPath:
    delivery = await services.deliveries(work).get(delivery_key(key))
    check_may_see_path(delivery, request.user)
    return await delivery_path(work.session, delivery, services.clock.now())
