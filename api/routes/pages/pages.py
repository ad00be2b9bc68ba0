"""The pages that people open in a browser, and the files that they load."""

import os
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import msgspec
from litestar import Controller, Request, Response, get
from litestar.params import FromPath, QueryParameter

from api.http.injected import GivenWork
from api.http.middleware.security_headers import NOTHING
from api.http.security import PUBLIC
from api.monitoring.access import from_this_machine
from api.routes.deliveries.services import DeliveryServices, GivenServices
from api.routes.deliveries.tracked import read_tracked
from api.routes.deliveries.tracking import UnlockQuery
from api.routes.pages import built
from api.routes.pages.built import ASSET, PAGE, SAME_PAGE
from api.routes.pages.speech import language_of, speech_of
from api.routes.pages.tracking_view import write_page
from dispatch.database.work import Work
from dispatch.errors import Gone, NotFound
from dispatch.numbers import MAX_TYPED, tracking_signs
from dispatch.tracking.share_links import PREFIX

GONE: Final = 410
SIGNED_IN: Final = ("console", "courier", "shop", "seller", "ops")
INSTALLED: Final = ("manifest.webmanifest", "icon-192.png", "icon-512.png", "worker.js")
NumberQuery = Annotated[
    str, QueryParameter(max_length=MAX_TYPED, description="A tracking number as somebody typed it.")
]
LanguageQuery = Annotated[str | None, QueryParameter(max_length=20, description="`en` or `ne`.")]


class DemoAccount(msgspec.Struct, frozen=True):
    """What somebody signs in with."""

    email: str
    password: str


class Demo(msgspec.Struct, frozen=True):
    """A demo that runs: a log-in for each role, and parcels on their way.

    While it is being filled only what there is already.
    """

    accounts: dict[str, DemoAccount]
    tracking_numbers: list[str]
    filling: bool = False


class _RunningDemo(Demo, frozen=True, kw_only=True):
    """The same as the demo writes it, with the process that runs it."""

    pid: int


def _own_demo(data_dir: Path) -> Demo | None:
    """What this very process runs or fills, and not what another one left or runs."""
    for name in ("demo.json", "demo-filling.json"):
        try:
            demo = msgspec.json.decode((data_dir / name).read_bytes(), type=_RunningDemo)
        except (OSError, msgspec.DecodeError):
            continue
        if demo.pid == os.getpid():
            return Demo(demo.accounts, demo.tracking_numbers, demo.filling)
    return None


class PageController(Controller):
    """What browsers get. Pages load nothing of another host."""

    path = "/"
    include_in_schema = False

    @get("/", opt=SAME_PAGE, sync_to_thread=False)
    def home(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """A door for each kind of person."""
        return built.html("home", _language_of(request))

    @get([f"/{name}{rest}" for name in SIGNED_IN for rest in ("", "/{rest:path}")], opt=SAME_PAGE, sync_to_thread=False)
    def signed_in(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The pages of people who sign in. What lies below such an address is the page's own matter."""
        return built.html(request.url.path.split("/")[1], _language_of(request))

    @get([f"/courier/{name}" for name in INSTALLED], opt=SAME_PAGE, sync_to_thread=False)
    def installed(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """What a phone installs of the transporter's page: its manifest, its icons, the worker that keeps it."""
        answer = built.app_file("courier", request.url.path.rpartition("/")[2])
        answer.headers["Service-Worker-Allowed"] = (
            "/courier"  # else it would keep what lies below the page, not the page
        )
        return answer

    @get("/follow", opt=PAGE, sync_to_thread=False)
    def typed(self, number: NumberQuery = "", lang: LanguageQuery = None) -> Response[None]:
        """Where a number that was typed leads, for forms that work without JavaScript: to its parcel, else home."""
        signs = tracking_signs(number).replace("/", "")  # it and dots alone would be another path
        path = f"/t/{quote(signs, safe='')}" if signs.strip(".") else "/"
        said = f"?{urlencode({'lang': lang})}" if lang else ""
        return Response(None, status_code=303, headers={"Location": path + said})

    @get("/t/{tracking_number:str}", opt=PAGE)
    async def tracking(
        self,
        request: Request[Any, Any, Any],
        tracking_number: FromPath[str],
        work: GivenWork,
        services: GivenServices,
        lang: LanguageQuery = None,
        unlock: UnlockQuery = None,
    ) -> Response[bytes]:
        """A parcel, for anyone who has its tracking number."""
        return await self._parcel(request, tracking_number, work, services, lang, unlock)

    @get("/t/s/{token:str}", opt=PAGE)
    async def shared(
        self,
        request: Request[Any, Any, Any],
        token: FromPath[str],
        work: GivenWork,
        services: GivenServices,
        lang: LanguageQuery = None,
        unlock: UnlockQuery = None,
    ) -> Response[bytes]:
        """A parcel, for anyone who has a share link that is still good."""
        return await self._parcel(request, PREFIX + token, work, services, lang, unlock)

    async def _parcel(
        self,
        request: Request[Any, Any, Any],
        named: str,
        work: Work,
        services: DeliveryServices,
        lang: str | None,
        unlock: str | None,
    ) -> Response[bytes]:
        language = language_of(lang, request.headers.get("accept-language", ""))
        page, say = built.page("tracking"), speech_of(language, built.words(), built.calendar())
        now, parcel, status = services.clock.now(), None, 200
        try:
            parcel = msgspec.to_builtins(
                await read_tracked(services, work, named, unlock), builtin_types=(type(now),), str_keys=True
            )
        except NotFound:
            status = 404
        except Gone:
            status = GONE
        return Response(
            write_page(page, say, parcel, now, ended=status == GONE, typed=_typed(named)),
            status_code=status,
            media_type="text/html",
            headers={"Content-Language": language, "Vary": "Accept-Language", "X-Robots-Tag": "noindex"},
        )

    @get("/pages/demo.json", opt=PUBLIC | {"csp": NOTHING})
    async def demo(self, request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
        """The log-ins of a demo, for browsers on the machine that runs it. 204 wherever this is no demo."""
        peer = request.client.host if request.client else None
        if from_this_machine(services.settings, peer, request.headers):
            demo = _own_demo(services.settings.data_dir)
            if demo is not None:
                return Response(demo)
        return Response(None, status_code=204)

    @get("/pages/assets/{name:str}", opt=ASSET, sync_to_thread=False)
    def asset(self, request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """A file of the pages. Its name says its content, so it may be kept for ever."""
        return built.asset(name).answer(request)


def _typed(named: str) -> str:
    """The number as it stands in an address; of a share link there is none."""
    return "" if named.startswith(PREFIX) else named[:MAX_TYPED]


def _language_of(request: Request[Any, Any, Any]) -> str:
    """The language in which a page begins, whatever else stands in its address."""
    return language_of(request.query_params.get("lang"), request.headers.get("accept-language", ""))
