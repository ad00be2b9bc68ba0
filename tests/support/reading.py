"""Every GET of the application, asked by whom it is open to, and the statements that it sends to the database."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar.routes import HTTPRoute
from sqlalchemy import event

from api.process.resources import Addresses
from api.server.app import create_app
from api.server.services import build_services
from dispatch.database.engine import Database
from tests.support.business import Business
from tests.support.world import THAMEL, Person, World

# What ends, and is no list and no thing of the database: files, pages, streams, metrics.
SECTIONS = ("/api/",)
STREAMS = ("/events",)
# Answered is every row there is, a thousand at a time: what they cost grows with what they are asked for.
WHOLE = ("/api/imports/deliveries/table", "/api/imports/transporters/table")
NEEDED: dict[str, dict[str, Any]] = {
    "/api/transporters/nearby": {"lat": THAMEL[0], "lon": THAMEL[1]},
    "/api/v1/payments/callback": {"pidx": "none"},
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
    """A GET that somebody is answered."""

    name: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]


class Reader:
    """Asks an application that nothing runs beside: what its database is asked comes of the request alone."""

    def __init__(
        self, http: httpx.AsyncClient, statements: Statements, database: Database, routes: list[Route]
    ) -> None:
        self.routes = routes
        self.database = database
        self._http = http
        self._statements = statements

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
        reader = Reader(http, statements, services.database, [])
        for route in app.routes:
            if isinstance(route, HTTPRoute) and "GET" in route.methods and _is_read(route.path, business):
                reader.routes += await _answered(reader, route.path, business, admin)
        try:
            yield reader
        finally:
            await services.close()


def _is_read(path: str, business: Business) -> bool:
    names = re.findall(r"{(\w+):", path)
    is_read = path.startswith(SECTIONS) and not path.endswith(STREAMS) and path not in WHOLE
    return is_read and all(name in business.ids for name in names)


async def _answered(reader: Reader, path: str, business: Business, admin: Person) -> list[Route]:
    """Once for each of those who may, of the people whose business it is and an admin."""
    written = re.sub(r"{(\w+):\w+}", lambda found: str(business.ids[found[1]]), path)
    found = []
    for role, person in (business.owners | {"admin": admin}).items():
        route = Route(f"{path} as {role}", written, NEEDED.get(path, {}), person.headers)
        if (await reader.ask(route))[0].status_code == 200:
            found.append(route)
    return found
