"""A transporter's devices with tokens of their own, and backlogs of pings over HTTP."""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.exceptions import SerializationException
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.requests import JsonRequest
from api.http.schemas import AS_IS, NO_NUL, ONE_LINE, Body, PathId
from api.http.security import acts
from api.routes.transporters.answers import DeviceAnswer, DeviceList, NewDeviceAnswer, device_answer
from api.routes.transporters.positions import keep, last_seq
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.errors import Invalid
from dispatch.transporters.devices import Devices, SpeedUnit
from dispatch.transporters.senders import sender_of
from dispatch.transporters.service import Transporters
from realtime.ingest.app_frames import Received, read_pings
from realtime.ingest.loose_json import NotJson, read_loosely
from realtime.ingest.runs import Source
from realtime.protocol import Name, Reject, Rejected, iso_ms

MAX_BACKLOG = 1000
DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)]
AnyUser = Request[User, Any, Any]


class NewDevice(Body, frozen=True, kw_only=True):
    """A phone or tracker; the name is for its owner.

    ``speed_unit`` is that of its queries and forms; by default it is told by who sends them.
    """

    name: DeviceName
    speed_unit: SpeedUnit = SpeedUnit.AUTO


class DeviceChange(Body, frozen=True, kw_only=True):
    """What shall be otherwise."""

    name: DeviceName | None = None
    speed_unit: SpeedUnit | None = None


class Backlog(Body, frozen=True, kw_only=True):
    """Pings as on the socket, in any order; newest first brings the live position up to date first."""

    device: Annotated[Name, Meta(extra=AS_IS)]
    epoch: Annotated[Name, Meta(extra=AS_IS)]
    pings: Annotated[list[Any], Meta(max_length=MAX_BACKLOG)]


class RejectedPing(Struct, frozen=True, omit_defaults=True):
    """A ping that was not stored: which field is wrong, and all that is wrong in words.

    ``ahead_ms``: of one in the future, by how much its time is ahead of ours.
    """

    seq: int
    reason: Reject
    field: str = ""
    detail: str = ""
    ahead_ms: int = 0


class AdjustedPing(Struct, frozen=True):
    """A ping that was stored, and a field of it that was put right or left out."""

    seq: int
    field: str
    detail: str


class BacklogAnswer(Struct, frozen=True, kw_only=True):
    """What became of each ping, by seq. ``last_seq`` is the highest stored one of this device and epoch.

    ``server_time`` is ours, for an app whose clock may be wrong.
    """

    accepted: list[int]
    rejected: list[RejectedPing]
    adjusted: list[AdjustedPing]
    last_seq: int
    server_time: str


class LooseRequest(JsonRequest):
    """Reads JSON as the socket does: one value that cannot be read must not cost a thousand pings."""

    async def decoded(self) -> Any:  # noqa: ANN401  # JSON is anything
        """The body's JSON, as far as it can be read. Raises SerializationException."""
        try:
            return read_loosely(await self.body() or b"null")
        except NotJson as error:
            raise SerializationException(str(error)) from None


def _read_named(pings: list[Any]) -> Received:
    """Raises Invalid for pings that have no number to be answered by."""
    received = read_pings(pings)
    if received.unnamed:
        raise Invalid("A ping cannot be named.", fields=dict(one.split(": ", 1) for one in received.unnamed))
    return received


async def _check_named(_: AnyUser, given: Given) -> None:
    _read_named(given.get("pings", []))


class DeviceController(Controller):
    """``/api/transporters/me``: devices with tokens, and backlogs."""

    path = "/api/transporters/me"
    tags = ("phones",)
    guards = (acts(Role.TRANSPORTER),)

    @post("/devices/")
    async def add_device(
        self, request: AnyUser, data: JSONBody[NewDevice], work: GivenWork, services: GivenServices
    ) -> NewDeviceAnswer:
        """Make a token for a phone app. It is shown this once and sends positions, nothing else.

        ``speed_unit`` (``auto``, ``knots``, ``kmh``, ``mps``) is needed only by apps whose requests do not show it.
        """
        transporter = await Transporters(work, services.clock).get_of(request.user)
        device, token = await Devices(work, services.clock).add(transporter, data.name, data.speed_unit)
        return NewDeviceAnswer(**asdict(device_answer(device)), token=token)

    @get("/devices/")
    async def devices(self, request: AnyUser, work: GivenWork, services: GivenServices) -> DeviceList:
        """One's devices whose tokens are good."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        found = await Devices(work, services.clock).list_of(transporter)
        return DeviceList(len(found), [device_answer(device) for device in found])

    @patch("/devices/{device_id:int}/")
    async def change_device(
        self,
        request: AnyUser,
        device_id: PathId,
        data: JSONBody[DeviceChange],
        work: GivenWork,
        services: GivenServices,
    ) -> DeviceAnswer:
        """Another name, or the unit of its speeds. Positions that are stored stay as they are."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        device = await Devices(work, services.clock).change(
            transporter, device_id, name=data.name, speed_unit=data.speed_unit
        )
        return device_answer(device)

    @delete("/devices/{device_id:int}/")
    async def revoke_device(
        self, request: AnyUser, device_id: PathId, work: GivenWork, services: GivenServices
    ) -> None:
        """End a device's token at once."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        await Devices(work, services.clock).revoke(transporter, device_id)

    @post("/positions/", opt=also_checked(_check_named), status_code=200, request_class=LooseRequest)
    async def backlog(self, request: AnyUser, data: JSONBody[Backlog], services: GivenServices) -> BacklogAnswer:
        """Hand in a backlog of pings, of a verified transporter. The answer comes once the accepted ones are safe."""
        async with services.database.work() as work:
            transporter = await Transporters(work, services.clock).get_of(request.user)
            await sender_of(work.session, transporter.user_id)
        received = _read_named(data.pings)
        source = Source(transporter.id, data.device, data.epoch)
        sifted = await keep(services, source, received)
        malformed = [Rejected(bad.seq, Reject.MALFORMED, bad.field, bad.detail) for bad in received.malformed]
        rejected = sorted([*malformed, *sifted.rejected], key=lambda one: one.seq)
        refused = {one.seq for one in rejected}
        return BacklogAnswer(
            accepted=sorted({fix.seq for fix in received.fixes} - refused),
            rejected=[
                RejectedPing(one.seq, Reject(one.reason), one.field, one.detail, one.ahead_ms) for one in rejected
            ],
            adjusted=[AdjustedPing(one.seq, one.field, one.detail) for one in sifted.odd if one.seq not in refused],
            last_seq=await last_seq(services, source),
            server_time=iso_ms(services.clock.now()),
        )
