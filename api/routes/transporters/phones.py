"""Phones that speak a protocol of their own.

Phones keep a position until they get a 2xx, and send nothing behind it before. So a 2xx comes once the position is
safe, and also where it can never be accepted, with what was ignored and why. 401 and 403 are their owner's matter, and
429 and 503 say that the same request may be tried again.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Literal

import structlog
from litestar import Controller, Request, get, post
from msgspec import Struct

from api.http.queries import OPEN_QUERY
from api.http.security import DEVICE_ID, DEVICE_PASSWORD, PUBLIC, known_by
from api.routes.transporters.positions import keep
from api.routes.transporters.services import GivenServices, TransporterServices
from dispatch.errors import NotSignedIn
from dispatch.transporters.devices import Devices, TransporterDevice
from realtime.ingest.app_frames import Received
from realtime.ingest.fix_fields import tidied
from realtime.ingest.runs import Source
from realtime.phones.osmand import read_osmand
from realtime.phones.owntracks import basic_password, read_owntracks
from realtime.phones.reading import EPOCH, Unusable
from realtime.protocol import Fix, Reject

log = structlog.get_logger(__name__)

AT_ONCE = 500
MAX_TOLD = 100


class IgnoredPosition(Struct, frozen=True):
    """A position that can never be accepted: the reject's name as on the socket, and what is wrong in words."""

    reason: str
    detail: str


class PhoneAnswer(Struct, frozen=True, kw_only=True):
    """``stored``: positions that are safe now. ``ignored``: those that never will be, the first hundred of them."""

    stored: int
    ignored: list[IgnoredPosition]


class IgnoredForOwnTracks(Struct, frozen=True, rename={"kind": "_type"}):
    """The same as a message that OwnTracks passes over."""

    kind: Literal["ignored"]
    reason: str
    detail: str


class PhoneController(Controller):
    """``/api/phones``: apps that know nothing of us but an address and a token."""

    path = "/api/phones"
    tags = ("phones",)
    opt = PUBLIC | OPEN_QUERY

    @get("/osmand/", opt=known_by(DEVICE_ID))
    async def osmand_query(self, request: Request[Any, Any, Any], services: GivenServices) -> PhoneAnswer:
        """A position of Traccar Client, OsmAnd or GPSLogger; ``id`` is the device's token.

        200 also where it can never be accepted: ``ignored`` says why. Speeds are metres a second where the request has
        OsmAnd's shape (``hdop``, or a time in milliseconds without ``accuracy`` and ``batt``), else knots, unless the
        device has a ``speed_unit``.
        """
        return await _osmand(request, b"", services)

    @post("/osmand/", opt=known_by(DEVICE_ID), status_code=200)
    async def osmand_body(self, request: Request[Any, Any, Any], services: GivenServices) -> PhoneAnswer:
        """The same as a form, or as the JSON of Traccar Client 9 and up, whose ``device_id`` is the token.

        Of several locations those that can be are stored, whatever is wrong with the others.
        """
        return await _osmand(request, await request.body(), services)

    @post("/owntracks/", opt=known_by(DEVICE_PASSWORD), status_code=200)
    async def owntracks(self, request: Request[Any, Any, Any], services: GivenServices) -> list[IgnoredForOwnTracks]:
        """A message of OwnTracks in HTTP mode; the password is the device's token, the user name is free.

        The answer is an empty list, which for the app means that there are no friends and no commands. Where a location
        can never be accepted it holds ``{"_type": "ignored", "reason", "detail"}``, which the app passes over.
        """
        device = await _identify(services, basic_password(request.headers.get("authorization")))
        found: list[Fix | Unusable] = []
        try:
            fix = read_owntracks(await request.body())
            found += [] if fix is None else [fix]
        except Unusable as error:
            found.append(error)
        answer = await _keep_all(services, device, "owntracks", found)
        return [IgnoredForOwnTracks("ignored", one.reason, one.detail) for one in answer.ignored]


async def _osmand(request: Request[Any, Any, Any], body: bytes, services: TransporterServices) -> PhoneAnswer:
    report = read_osmand(request.scope["query_string"], body)
    if not report.token:
        raise NotSignedIn("The id is missing: it must be a device token.", code="device_token_invalid")
    device = await _identify(services, report.token)
    found = report.fixes(received_at=services.clock.now(), speed_unit=device.speed_unit)
    return await _keep_all(services, device, "osmand", found)


async def _identify(services: TransporterServices, token: str) -> TransporterDevice:
    """Asked by itself, so that no connection to the database waits for Redis. Raises NotSignedIn or Forbidden."""
    async with services.database.work() as work:
        return await Devices(work, services.clock).identify(token)


async def _keep_all(
    services: TransporterServices, device: TransporterDevice, protocol: str, found: Iterable[Fix | Unusable]
) -> PhoneAnswer:
    """Store what can be. Raises Unavailable or TooMany; then the phone sends all of it again."""
    source = Source(device.transporter_id, f"{protocol}-{device.id}", EPOCH)
    stored, ignored = 0, list[IgnoredPosition]()
    coming = iter(found)
    while some := list(islice(coming, AT_ONCE)):
        received = Received()
        for one in some:
            if isinstance(one, Unusable):
                ignored.append(IgnoredPosition(Reject.MALFORMED, one.detail))
            else:
                fix, odd = tidied(one)
                received.fixes.append(fix)
                received.odd += odd
        sifted = await keep(services, source, received)
        refused = {one.seq for one in sifted.rejected}
        stored += len({fix.seq for fix in received.fixes} - refused)
        ignored += [IgnoredPosition(one.reason, one.detail) for one in sifted.rejected]
    if ignored:
        log.info("positions ignored", device_id=device.id, count=len(ignored), reason=ignored[0].reason)
    return PhoneAnswer(stored=stored, ignored=ignored[:MAX_TOLD])
