"""Phones that speak a protocol of their own, their tokens, and backlogs over HTTP.

Phones keep a position until they get a 2xx, so it comes only once the position is safe. A 4xx says that the position
can never be accepted, a 503 that the same request may be tried again.
"""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.catalogue import ProductId
from api.injected import GivenServices, GivenWork
from api.queries import OPEN_QUERY
from api.schemas import AS_IS, NO_NUL, ONE_LINE, Body
from api.security import PUBLIC, acts
from api.services import Services
from dispatch.accounts.models import Role, User
from dispatch.errors import Invalid, NotSignedIn, Unavailable
from dispatch.transporters.devices import Devices, TransporterDevice
from dispatch.transporters.service import Transporters
from realtime.ingest import IngestUnavailable
from realtime.phones.osmand import read_osmand
from realtime.phones.owntracks import basic_password, read_owntracks
from realtime.phones.reading import EPOCH, Unusable
from realtime.protocol import BadFrame, Fix, Name, Reject, sort_out
from realtime.sifting import Sifted, Source

MAX_BACKLOG = 1000
DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)]
AnyUser = Request[User, Any, Any]


class NewDevice(Body, frozen=True, kw_only=True):
    """A phone or tracker; the name is for its owner."""

    name: DeviceName


class Backlog(Body, frozen=True, kw_only=True):
    """Pings as on the socket, in any order; newest first brings the live position up to date first."""

    device: Annotated[Name, Meta(extra=AS_IS)]
    epoch: Annotated[Name, Meta(extra=AS_IS)]
    pings: Annotated[list[Any], Meta(max_length=MAX_BACKLOG)]


class RejectedPing(Struct, frozen=True):
    """A ping that was not stored, and why; drop it."""

    seq: int
    reason: Reject


class BacklogAnswer(Struct, frozen=True, kw_only=True):
    """What became of each ping, by seq. ``last_seq`` is the highest stored one of this device and epoch."""

    accepted: list[int]
    rejected: list[RejectedPing]
    last_seq: int


def _device_row(device: TransporterDevice) -> dict[str, Any]:
    return {"id": device.id, "name": device.name, "created_at": device.created_at}


class DeviceController(Controller):
    """``/api/transporters/me``: devices with tokens, and backlogs."""

    path = "/api/transporters/me"
    tags = ("phones",)
    guards = (acts(Role.TRANSPORTER),)

    @post("/devices/")
    async def add_device(
        self, request: AnyUser, data: JSONBody[NewDevice], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """Make a token for a phone app. It is shown this once and sends positions, nothing else."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        device, token = await Devices(work, services.clock).add(transporter, data.name)
        return _device_row(device) | {"token": token}

    @get("/devices/")
    async def devices(self, request: AnyUser, work: GivenWork, services: GivenServices) -> dict[str, Any]:
        """One's devices whose tokens are good."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        found = await Devices(work, services.clock).list_of(transporter)
        return {"count": len(found), "results": [_device_row(device) for device in found]}

    @delete("/devices/{device_id:int}/")
    async def revoke_device(
        self, request: AnyUser, device_id: ProductId, work: GivenWork, services: GivenServices
    ) -> None:
        """End a device's token at once."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        await Devices(work, services.clock).revoke(transporter, device_id)

    @post("/positions/", status_code=200)
    async def backlog(
        self, request: AnyUser, data: JSONBody[Backlog], work: GivenWork, services: GivenServices
    ) -> BacklogAnswer:
        """Hand in a backlog of pings. The answer comes once the accepted ones are safe."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        try:
            fixes, malformed = sort_out(data.pings)
        except BadFrame as error:
            raise Invalid("A ping cannot be named.", fields={"pings": error.detail}) from None
        source = Source(transporter.id, data.device, data.epoch)
        sifted = await _keep(services, source, fixes)
        rejected = [*((seq, Reject.MALFORMED) for seq in malformed), *sifted.rejected]
        refused = {seq for seq, _ in rejected}
        return BacklogAnswer(
            accepted=sorted({fix.seq for fix in fixes} - refused),
            rejected=[RejectedPing(seq, reason) for seq, reason in sorted(rejected)],
            last_seq=await _last_seq(services, source),
        )


class PhoneController(Controller):
    """``/api/phones``: apps that know nothing of us but an address and a token."""

    path = "/api/phones"
    tags = ("phones",)
    opt = PUBLIC | OPEN_QUERY

    @get("/osmand/")
    async def osmand_query(
        self, request: Request[Any, Any, Any], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """A position of Traccar Client or OsmAnd; ``id`` is the device's token."""
        return await _osmand(request, b"", work, services)

    @post("/osmand/", status_code=200)
    async def osmand_body(
        self, request: Request[Any, Any, Any], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """The same as a form, or as the JSON of Traccar Client 9 and up, whose ``device_id`` is the token."""
        return await _osmand(request, await request.body(), work, services)

    @post("/owntracks/", status_code=200)
    async def owntracks(
        self, request: Request[Any, Any, Any], work: GivenWork, services: GivenServices
    ) -> list[dict[str, Any]]:
        """A message of OwnTracks in HTTP mode; the password is the device's token, the user name is free."""
        device = await Devices(work, services.clock).identify(basic_password(request.headers.get("authorization")))
        try:
            fix = read_owntracks(await request.body())
        except Unusable as error:
            raise Invalid("This is no position.", fields={"body": error.detail}) from None
        if fix is not None:
            await _keep_all(services, device, "owntracks", [fix])
        return []  # what OwnTracks expects: no friends, no commands


async def _osmand(request: Request[Any, Any, Any], body: bytes, work: GivenWork, services: Services) -> dict[str, Any]:
    try:
        report = read_osmand(request.scope["query_string"], body, received_at=services.clock.now())
    except Unusable as error:
        raise Invalid("This is no position.", fields={"body": error.detail}) from None
    if not report.token:
        raise NotSignedIn("The id is missing: it must be a device token.", code="device_token_invalid")
    device = await Devices(work, services.clock).identify(report.token)
    await _keep_all(services, device, "osmand", report.fixes)
    return {"stored": len(report.fixes)}


async def _keep_all(services: Services, device: TransporterDevice, protocol: str, fixes: list[Fix]) -> None:
    """Raises Invalid where none of the fixes can ever be accepted: the phone drops them."""
    sifted = await _keep(services, Source(device.transporter_id, f"{protocol}-{device.id}", EPOCH), fixes)
    if sifted.rejected and not sifted.count:
        reasons = ", ".join(sorted({reason.value for _, reason in sifted.rejected}))
        raise Invalid(f"The position cannot be true: {reasons}.", code="position_rejected")


async def _keep(services: Services, source: Source, fixes: list[Fix]) -> Sifted:
    """Returns once the accepted fixes are safe. Raises Unavailable."""
    try:
        return await services.ingest.keep(source, fixes)
    except IngestUnavailable as error:
        raise Unavailable("Positions cannot be stored now. Send them again.", code="unavailable") from error


async def _last_seq(services: Services, source: Source) -> int:
    try:
        return await services.ingest.resume(source)
    except IngestUnavailable as error:
        raise Unavailable("Positions cannot be read now. Send them again.", code="unavailable") from error
