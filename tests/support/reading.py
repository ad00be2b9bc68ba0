"""Every GET of the application, asked by whom it is open to, plainly and with each filter, and its statements."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import event

from api.process.resources import Addresses
from api.server.app import create_app
from api.server.services import build_services
from dispatch.database.engine import Database
from tests.support.business import Business
from tests.support.described_things import things_of
from tests.support.reading_filters import Filters, values_of
from tests.support.world import THAMEL, Person, World

# What answers from the database; beside it there are pages, their files, and metrics.
SECTIONS = ("/api/",)
LEFT_OUT = {
    "/api/deliveries/{tracking_number}/events": "a stream, which does not end",
    "/api/imports/deliveries/table": "every row there is, a thousand at a time: it grows with what is asked for",
    "/api/imports/transporters/table": "the same",
    "/api/document-pictures/{picture}": "a file, by a link that is signed",
    "/api/proof-pictures/{picture}": "the same",
}
NEEDED: dict[str, dict[str, Any]] = {
    "/api/transporters/nearby": {"lat": THAMEL[0], "lon": THAMEL[1]},
    "/api/v1/payments/callback": {"pidx": "none"},
    "/api/v1/operations/search": {"search": "Nobody"},
}


@dataclass
class Statements:
    """What was sent to the database: the text and its values, in order."""

    sent: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def listen(self, database: Database) -> None:
        """To everything that goes over connections that are made from now on."""
        engine = database.engine.sync_engine

        def connected(connection: Any, _: object) -> None:
            connection.driver_connection.add_query_logger(lambda one: self._note(one.query, tuple(one.args)))

        def executed(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            self._note(statement, tuple(values or ()))

        event.listen(engine, "connect", connected)
        event.listen(engine, "before_cursor_execute", executed)

    def _note(self, statement: str, values: tuple[Any, ...]) -> None:
        if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", statement):
            self.sent.append((statement, values))


@dataclass(frozen=True)
class Route:
    """A GET that somebody is answered, plainly or with one of its filters, and how many statements it took at first."""

    name: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]
    statements: int = 0


class Reader:
    """Asks an application that nothing runs beside: what its database is asked comes of the request alone."""

    def __init__(self, http: httpx.AsyncClient, statements: Statements, database: Database) -> None:
        """``unanswered``: what is answered to nobody, with what was said instead."""
        self.routes: list[Route] = []
        self.unanswered: dict[str, str] = {}
        self.database = database
        self._http = http
        self._statements = statements

    async def take(self, path: str, things: dict[str, Any], people: Mapping[str, Person], filters: Filters) -> None:
        """A GET plainly and with each of its filters, once for each of those who may."""
        written = re.sub(r"{(\w+)}", lambda found: str(things[found[1]]), path)
        plain = NEEDED.get(path, {})
        may = await self._answered(Route(path, written, plain, {}), people, times=2)
        for params in filters.of(path) if may else ():
            asked = "&".join(f"{name}={value}" for name, value in params.items())
            await self._answered(Route(f"{path}?{asked}", written, plain | params, {}), may, times=1)

    async def _answered(self, route: Route, people: Mapping[str, Person], times: int) -> dict[str, Person]:
        """Who is. What a process keeps is read by the second time in a row, and still kept."""
        answered, told = {}, ""
        for role, person in people.items():
            asked = replace(route, name=f"{route.name} as {role}", headers=person.headers)
            for _ in range(times):
                reply, sent = await self.ask(asked)
            if reply.status_code == 200:
                answered[role] = person
                self.routes.append(replace(asked, statements=len(sent)))
            elif reply.status_code != 403:
                told = f"{reply.status_code} {reply.text[:200]}"
        if not answered:
            self.unanswered[route.name] = told
        return answered

    async def ask(self, route: Route) -> tuple[httpx.Response, list[tuple[str, tuple[Any, ...]]]]:
        """The answer, and what the database was asked for it."""
        self._statements.sent.clear()
        reply = await self._http.get(route.path, params=route.params, headers=route.headers)
        for _ in range(3):  # the driver tells a turn of the loop later
            await asyncio.sleep(0)
        return reply, list(self._statements.sent)


@asynccontextmanager
async def reading(world: World, business: Business, admin: Person) -> AsyncIterator[Reader]:
    """A reader of the world's database."""
    settings = world.server.settings
    services = build_services(
        settings, Addresses(str(settings.database_url), str(settings.redis_url), str(settings.khalti_base_url), "key")
    )
    statements, app = Statements(), create_app(services)
    statements.listen(services.database)
    transport: Any = httpx.ASGITransport(app)  # type: ignore[arg-type]  # each describes ASGI with types of its own
    async with httpx.AsyncClient(transport=transport, base_url="http://reader") as http:
        reader = Reader(http, statements, services.database)
        filters = Filters(app, await values_of(business, admin))
        things = {path: await _things(world, business, admin, path) for path in _paths(app)}
        for path, named in things.items():
            await reader.take(path, named, business.owners | {"admin": admin}, filters)
        try:
            yield reader
        finally:
            await services.close()


def _paths(app: Litestar) -> Iterator[str]:
    """Of all GETs that are read, as the description has them."""
    for route in app.routes:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
        is_get = isinstance(route, HTTPRoute) and "GET" in route.methods
        if is_get and path.startswith(SECTIONS) and path not in LEFT_OUT:
            yield path


async def _things(world: World, business: Business, admin: Person, path: str) -> dict[str, Any]:
    """What a path names; made, where the business has none of it."""
    named = set(re.findall(r"{(\w+)}", path))
    return business.ids if named <= business.ids.keys() else await things_of(world, admin, business, path)
