"""Every route, asked by everybody, answers as ``table.txt`` says.

A new route needs a line in ``table.txt`` and, where it changes something or needs more than the things of
``business.py``, an asking in the module of its group: how it is asked so that its owner succeeds. Then
``python -m tests.accounts.access.page > docs/access.md`` renews the page.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import websockets
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute

from api.http.security import SCOPE
from api.server.app import create_app
from tests.accounts.access import deliveries, pages, shop, tables, transporters, unusual_payments
from tests.accounts.access.asking import ASKINGS, BODIES, Ask, Stage, ask_of, with_ids
from tests.accounts.access.page import PAGE, page
from tests.support.access_table import FILE, NO_KEY, OPEN, PEOPLE, Row, read_table
from tests.support.waiting import PATIENCE_S
from tests.support.watching import next_frame
from tests.support.world import Person, World

ASKED_BY = (deliveries, pages, shop, tables, transporters, unusual_payments)
TABLE = read_table()
ROUTES = sorted(name for name in TABLE if not name.startswith("WS "))
HOW = (
    f"Write a line for each into {Path(*FILE.parts[-4:])}, and how it is asked into a module beside it; "
    "then python -m tests.accounts.access.page > docs/access.md"
)


@pytest.fixture(scope="module")
def app(world: World) -> Litestar:
    """The application whose routes are walked; it is never started."""
    return create_app(world.server.services)


def _handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler | WebsocketRouteHandler]]:
    """Everything that is ours to guard, by the name that the table has for it."""
    for route in app.routes:
        path = re.sub(r":\w+}", "}", route.path)
        if path.startswith("/schema"):
            continue
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield f"{method} {path}", handler
        else:
            assert isinstance(route, WebSocketRoute), f"{path} is of a kind that nobody guards"
            yield f"WS {path}", route.route_handler


def test_the_table_has_a_line_for_every_route_and_for_no_other(app: Litestar) -> None:
    there = {name for name, _ in _handlers(app)}
    assert there - TABLE.keys() == set(), HOW
    assert TABLE.keys() - there == set(), f"these are gone: take their lines out of {FILE.name}"
    asked = ASKINGS.keys() | BODIES.keys()
    assert asked - there == set(), "these are gone: take out how they were asked"


def test_a_route_is_open_to_those_alone_whom_the_table_lets_in(app: Litestar) -> None:
    for name, handler in _handlers(app):
        row = TABLE[name]
        public = bool(handler.opt.get("exclude_from_auth"))
        assert public is (row.is_public or row.method == "WS"), f"{name}: public or not, nobody is to be answered so"
        alike = len({str(cell) for cell in row.cells.values()}) == 1
        assert alike or not public or row.method == "WS", f"{name}: a public route answers everybody alike"
        scope = handler.opt.get(SCOPE)
        assert row.scope == (scope.value if scope else NO_KEY), f"{name}: another scope than the table says"
        guards = [getattr(getattr(guard, "func", guard), "roles", None) for guard in handler.resolve_guards()]
        assert public or any(roles is not None for roles in guards), f"{name} names no roles"


def test_the_page_of_who_may_what_is_what_the_table_says() -> None:
    assert PAGE.read_text() == page(), "python -m tests.accounts.access.page > docs/access.md"


@pytest.mark.parametrize("route", ROUTES)
async def test_everybody_is_answered_as_the_table_says(
    stage: Stage, anybody: dict[str, Person], keys: dict[str, str], route: str
) -> None:
    row, wrong = TABLE[route], []
    ask, used = await ask_of(stage, route), False
    callers = list(_callers(row, ask, anybody, keys))
    refused = [one for one in callers if not one[2].startswith("2")]
    welcome = [one for one in callers if one[2].startswith("2")]
    for who, headers, expected in refused:
        wrong += await _difference(stage.world.http, row, ask, who, headers, expected)
    for who, headers, expected in welcome:
        if used and row.method != "GET":
            ask = await ask_of(stage, route)
        if who in PEOPLE and who != "nobody" and row.method != "GET":
            headers = (ask.owners.get(who) or await stage.somebody(who)).headers  # noqa: PLW2901
        wrong += await _difference(stage.world.http, row, ask, who, headers, expected)
        used = True
    assert not wrong, "\n".join(wrong)


# What a client says first; the tracking page's socket speaks by itself.
GREETINGS = {
    "/ws/transporter": '{"type":"hello","device":"phone-of-access","epoch":"one"}',
    "/ws/console": '{"type":"subscribe"}',
    "/ws/track/{tracking_number}": "",
}
Caller = tuple[str, dict[str, str], str]


def _callers(row: Row, ask: Ask, anybody: dict[str, Person], keys: dict[str, str]) -> Iterator[Caller]:
    """Everybody who asks, with what they are to be answered."""
    yield "nobody", {}, row.cells["nobody"].own
    if row.is_public:  # one line is enough: nobody looks at who asks, so all are answered alike
        yield "admin", anybody["admin"].headers, row.cells["admin"].own
        yield "a key", {"Authorization": f"Bearer {next(iter(keys.values()))}"}, row.cells["nobody"].own
        return
    for role, person in anybody.items():
        cell = row.cells[role]
        yield role, ask.owners.get(role, person).headers, cell.own
        if role in ask.owners or cell.own != cell.other:  # also where it is to make no difference whose it is
            yield f"another {role}", person.headers, cell.other
    for scope, key in keys.items():
        expected = row.cells["admin"].own if scope == row.scope else "403"
        yield f"key {scope}", {"Authorization": f"Bearer {key}"}, expected


@pytest.mark.parametrize("who", PEOPLE)
async def test_a_socket_lets_in_those_whom_the_table_lets_in(
    stage: Stage, anybody: dict[str, Person], who: str
) -> None:
    headers = {} if who == "nobody" else anybody[who].headers
    found = {}
    for row in (row for row in TABLE.values() if row.method == "WS"):
        url = stage.world.ws_url + with_ids(row.path, stage.business.ids)
        async with websockets.connect(url, additional_headers=headers, open_timeout=PATIENCE_S) as socket:
            found[row.name] = await _outcome(socket, GREETINGS[row.path])
    assert found == {name: str(row.cells[who]) for name, row in TABLE.items() if row.method == "WS"}


async def _outcome(socket: websockets.ClientConnection, greeting: str) -> str:
    """``open``, or the code with which it was closed."""
    with suppress(websockets.ConnectionClosed):
        if greeting:
            await socket.send(greeting)
        while True:
            if (await next_frame(socket))["type"] != "error":
                return OPEN
    return str(socket.close_code)


async def _difference(
    http: httpx.AsyncClient, row: Row, ask: Ask, who: str, headers: dict[str, str], expected: str
) -> list[str]:
    """What is wrong with an answer, if anything is; streams are not read to their end."""
    more = dict(ask.more)
    sent = headers | more.pop("headers", {})
    async with http.stream(row.method, ask.path, headers=sent, json=ask.body, **more) as reply:
        if str(reply.status_code) == expected:
            return []
        told = (await reply.aread()).decode(errors="replace")[:300]
        return [f"{row.name} as {who}: {reply.status_code} instead of {expected}: {told}"]
