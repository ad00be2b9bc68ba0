"""What a stranger's connection may send and hold before it has asked anything."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import structlog

from api.server.http import MOST_HEADERS, MOST_TARGET_BYTES
from api.server.idle_connections import LEAST
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world
from tests.support.world import PASSWORD, World, ok

START = b"GET /health/live/ HTTP/1.1\r\nHost: here\r\n"
POST = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
UPGRADE = b"GET /ws/console HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
DRIP_S = 0.05
SLOW = {
    "nothing": (b"", b""),
    "blank lines": (b"", b"\r\n"),
    "half a line": (b"GET /hea", b""),
    "a dripping line": (b"GET /", b"a"),
    "half a head": (START, b""),
    "a dripping head": (START, b"X-A: b\r\n"),
    "a dripping header": (START + b"X-A: ", b"a"),
    "half an upgrade": (UPGRADE, b""),
    "a dripping upgrade": (UPGRADE, b"X-A: b\r\n"),
    "half a body": (POST + b"Content-Length: 100\r\n\r\n{", b""),
    "a dripping body": (POST + b"Content-Length: 100000\r\n\r\n{", b" "),
    "dripping chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a body that nobody asked for": (b"GET /health/live/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b" "),
    "nothing after an answer": (START + b"\r\n", b""),
    "blank lines after an answer": (START + b"\r\n", b"\r\n"),
}


@asynccontextmanager
async def _opened(world: World) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.server.settings.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _sent(world: World, content: bytes) -> bytes:
    """What comes back, up to the end of the connection."""
    async with _opened(world) as (reader, writer):
        rest = asyncio.create_task(_rest(reader))  # meanwhile: what was told to who is cut off would be lost after it
        with suppress(OSError):
            writer.write(content)
            await writer.drain()
        return await rest


async def _rest(reader: asyncio.StreamReader) -> bytes:
    received = b""
    async with asyncio.timeout(PATIENCE_S):
        with suppress(OSError):
            while part := await reader.read(65536):
                received += part
    return received


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.fixture(scope="module")
async def hasty(world: World) -> AsyncIterator[World]:
    """A server that waits for nobody for long, and longer than a busy machine keeps one waiting."""
    bounds = {"head_within_s": 5.0, "body_within_s": 5.0, "keep_alive_s": 5.0}
    async with another_world(world.server, **bounds) as other:
        yield other


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (START + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (START + b"X-A: " + b"a" * 8_000_000, 431),
        (START + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(70)) + b"\r\n", 431),
        (START + b"X-A: b\r\n" * (MOST_HEADERS + 1) + b"\r\n", 431),
        (START + b"X-A: b\r\n" * 100_000, 431),
        (UPGRADE + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * MOST_TARGET_BYTES + b" HTTP/1.1\r\nHost: here\r\n\r\n", 414),
        (b"GET /?" + b"a" * 8_000_000, 414),
        (b"\r\n" * 40_000, 431),
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /health/live/ HTTP/1.1\r\n\r\n", 400),
        (b"GET /health/live/ HTTP/1.1\r\nX-Host: here\r\n\r\n", 400),
        (b"GET /ws/console HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 400),
        (START + b"host: there\r\n\r\n", 400),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
async def test_a_head_beyond_its_bounds_is_refused_with_its_status(world: World, what: bytes, status: int) -> None:
    answer = await _sent(world, what)
    assert _status(answer) == status
    assert b'"code":' in answer
    head = answer.partition(b"\r\n\r\n")[0]
    for header in (
        b"x-content-type-options: nosniff",
        b"content-security-policy: default-src 'none'",
        b"x-request-id: ",
    ):
        assert header in head


async def test_http_1_0_names_no_host_and_is_answered(world: World) -> None:
    assert _status(await _sent(world, b"GET /health/live/ HTTP/1.0\r\n\r\n")) == 200


async def test_options_of_the_whole_server_tell_its_methods(world: World) -> None:
    answer = await _sent(world, b"OPTIONS * HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert _status(answer) == 204
    assert b"\r\nallow: delete, get, head, options, patch, post, put\r\n" in answer.lower()


async def _statuses(world: World, *requests: bytes) -> list[int]:
    """Of requests that are sent in one piece, before any is answered; the last one ends the connection."""
    last = b"GET /health/live/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    answers = await _sent(world, b"".join(requests) + last)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answers)]


@pytest.mark.parametrize(
    ("request_lines", "statuses"),
    [
        ([b"OPTIONS *"], [204, 200]),
        ([b"OPTIONS *", b"OPTIONS *"], [204, 204, 200]),
        ([b"OPTIONS *?a=b"], [204, 200]),
        ([b"GET *", b"HEAD *", b"POST *"], [404, 404, 404, 200]),
        ([b"GET /health/live/", b"GET **", b"OPTIONS *"], [200, 404, 204, 200]),
        ([b"GET http://here/health/live/", b"GET http://here/health/live/?a=b"], [200, 400, 200]),
        ([b"OPTIONS http://here", b"GET http://here?a=b"], [204, 200, 200]),
    ],
    ids=lambda value: b", ".join(value).decode() if isinstance(value[0], bytes) else "",
)
async def test_unusual_targets_are_answered_and_so_is_what_follows_on_the_connection(
    world: World, request_lines: list[bytes], statuses: list[int]
) -> None:
    requests = [line + b" HTTP/1.1\r\nHost: here\r\n\r\n" for line in request_lines]
    assert await _statuses(world, *requests) == statuses


@pytest.mark.parametrize(
    "bad", [b"GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"]
)
async def test_a_request_that_cannot_be_read_is_no_answer_to_the_one_before_it(world: World, bad: bytes) -> None:
    assert await _statuses(world, START + b"\r\n", bad) in ([], [200])


async def test_a_refused_head_is_told_to_stay_on_tls_where_clients_come_over_it(world: World) -> None:
    async with another_world(world.server, site_url="https://shop.example") as other:
        assert b"strict-transport-security: max-age=" in await _sent(other, b"NONSENSE\r\n\r\n")


@pytest.mark.slow
async def test_a_body_that_does_not_come_to_an_end_is_no_defect_of_ours(hasty: World) -> None:
    paths = (b"/api/v1/auth/token/", b"/api/phones/owntracks/", b"/api/v1/payments/webhook/")
    rest = b" HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with structlog.testing.capture_logs() as lines:
        answers = await asyncio.gather(*(_sent(hasty, b"POST " + path + rest) for path in paths))
    assert {_status(answer) for answer in answers} <= {401, 408}
    assert [line for line in lines if line["log_level"] == "error"] == []


async def test_trailers_are_bounded_as_headers_are(world: World) -> None:
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
    answer = await _sent(world, head + b"X-A: b\r\n" * 10_000 + b"\r\n")
    assert answer == b"" or _status(answer) == 431


async def test_a_head_within_its_bounds_is_served(world: World) -> None:
    head = (
        START + b"X-A: " + b"a" * 30_000 + b"\r\n" + b"X-B: c\r\n" * (MOST_HEADERS - 3) + b"Connection: close\r\n\r\n"
    )
    assert _status(await _sent(world, head)) == 200


async def _dripped(world: World, begin: bytes, drip: bytes) -> bytes:
    """What comes back to who begins so and goes on bit by bit, up to the end of the connection."""
    async with _opened(world) as (reader, writer):
        writer.write(begin)
        rest = asyncio.create_task(_rest(reader))
        while not rest.done():
            with suppress(OSError):
                writer.write(drip)
                await writer.drain()
            await asyncio.wait({rest}, timeout=DRIP_S)
        return await rest


@pytest.fixture(scope="module")
async def answers(hasty: World) -> dict[str, bytes]:
    """Of each shape; all at once, as each takes as long as the server waits."""
    return dict(zip(SLOW, await asyncio.gather(*(_dripped(hasty, *one) for one in SLOW.values())), strict=True))


@pytest.mark.parametrize("shape", SLOW)
async def test_who_does_not_come_to_an_end_is_ended(answers: dict[str, bytes], shape: str) -> None:
    answer = answers[shape]
    if shape in {"nothing", "blank lines"}:
        assert answer == b""
    elif "after an answer" in shape or "asked for" in shape:
        assert _status(answer) == 200
    else:
        assert _status(answer) == 408


@asynccontextmanager
async def _unread(world: World) -> AsyncIterator[socket.socket]:
    """Thirty answers were asked for on one connection, none is read, and one waits for room."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", world.server.settings.port))
        ask = b"GET /schema/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n"
        await loop.sock_sendall(connection, ask * 30)
        await until(lambda: any("drain" in _waiting_in(task) for task in asyncio.all_tasks()), "an answer without room")
        yield connection


def _waiting_in(task: asyncio.Task[Any]) -> list[str]:
    """The names of the functions in which a task waits, the outermost first."""
    names: list[str] = []
    inner: Any = task.get_coro()  # of a coroutine what it awaits, which may be anything
    while inner is not None:
        names.append(getattr(inner, "__name__", ""))
        inner = getattr(inner, "cr_await", None)
    return names


@pytest.mark.slow
async def test_who_asks_and_does_not_read_the_answers_is_ended(world: World) -> None:
    async with another_world(world.server, send_timeout_s=0.2) as other, _unread(other) as connection:

        def ended() -> bool:
            try:
                connection.send(b"\r\n")  # who was ended is told so when it says something
            except BlockingIOError:
                return False
            except OSError:
                return True
            return False

        await until(ended)


async def test_who_leaves_is_written_to_no_more_though_another_request_waited_behind_the_stream(world: World) -> None:
    tracking_number = (await world.delivery())["tracking_number"]
    stream = f"GET /api/deliveries/{tracking_number}/events/ HTTP/1.1\r\nHost: here\r\n\r\n".encode()
    async with _opened(world) as (reader, writer):
        writer.write(stream + START + b"\r\n")
        await reader.readuntil(b"snapshot")
        assert any("run_asgi" in _waiting_in(task) for task in asyncio.all_tasks())
    await until(lambda: not any("run_asgi" in _waiting_in(task) for task in asyncio.all_tasks()), "the stream's end")


async def test_a_request_that_arrives_in_pieces_in_time_is_answered(hasty: World) -> None:
    body = b'{"email": "nobody@example.com", "password": "%s"}' % PASSWORD.encode()
    async with _opened(hasty) as (reader, writer):
        for _ in range(3):
            head = POST + b"Content-Length: %d\r\n\r\n" % len(body)
            for piece in (head[:20], head[20:], body[:10], body[10:]):
                writer.write(piece)
                await asyncio.sleep(0)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert _status(answer) == 401
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))


async def test_the_oldest_silent_connections_make_room_for_new_ones(world: World) -> None:
    async with another_world(world.server, head_within_s=60.0, silent_share=1e-9) as other:
        pairs = [await asyncio.open_connection("127.0.0.1", other.server.settings.port) for _ in range(LEAST + 8)]
        ended = [asyncio.create_task(_rest(reader)) for reader, _ in pairs]
        ok(await other.http.get("/health/live/"))
        await until(lambda: all(task.done() for task in ended[:8]), "the oldest are ended")
        assert not any(task.done() for task in ended[10:])  # one more made room for the request, another may have
        pairs[-1][1].write(START + b"Connection: close\r\n\r\n")
        assert _status(await ended[-1]) == 200
        for task in ended:
            task.cancel()
        for _, writer in pairs:
            writer.close()


@pytest.mark.slow
async def test_who_is_being_answered_is_not_silent(world: World) -> None:
    delivery = await world.delivery()
    async with another_world(world.server, head_within_s=60.0, silent_share=1e-9) as other:
        path = f"/api/deliveries/{delivery['tracking_number']}/events/"
        async with other.http.stream("GET", path) as stream:
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith(("id:", "event:", "data:"))
            pairs = [await asyncio.open_connection("127.0.0.1", other.server.settings.port) for _ in range(LEAST * 2)]
            ok(await other.http.get("/health/live/"))
            assert other.server.services.sockets.sessions.count == 1
            for _, writer in pairs:
                writer.close()
