"""HEAD, OPTIONS and Allow on every path, and what a browser asks before it sends."""

import httpx
import pytest

from tests.http.routes import SHOP, Place
from tests.support.world import World

PREFLIGHT = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
OWN_EACH_TIME = {"content-length", "date", "x-request-id", "etag", "retry-after", "transfer-encoding"}


async def test_head_answers_as_get_does_without_the_body(world: World, places: list[Place]) -> None:
    admin = await world.admin()
    for place in places:
        if "GET" in place.methods:
            got = await admin.get(place.path)
            head = await world.http.head(place.path, headers=admin.headers)
            assert (head.status_code, head.content) == (got.status_code, b""), place
            assert set(head.headers) | OWN_EACH_TIME == set(got.headers) | OWN_EACH_TIME, place


async def test_head_on_a_stream_ends_with_its_headers(world: World) -> None:
    delivery = await world.delivery()
    reply = await world.http.head(f"/api/deliveries/{delivery['tracking_number']}/events/")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_options_names_every_method_of_every_path(world: World, places: list[Place]) -> None:
    for place in places:
        reply = await world.http.options(place.path)
        expected = place.methods | {"OPTIONS"} | ({"HEAD"} if "GET" in place.methods else set())
        assert reply.status_code == 204, place
        assert set(reply.headers["allow"].split(", ")) >= expected, place


async def test_options_of_a_path_that_leads_nowhere_is_not_found(world: World) -> None:
    assert (await world.http.options("/api/nope/")).status_code == 404


async def test_a_preflight_of_an_allowed_page_succeeds_on_every_path(
    shop: httpx.AsyncClient, places: list[Place]
) -> None:
    for place in places:
        reply = await shop.options(place.path, headers=PREFLIGHT)
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (204, SHOP), place
        assert place.methods <= set(reply.headers["access-control-allow-methods"].split(", ")), place
        allowed = reply.headers["access-control-allow-headers"].lower()
        assert {"authorization", "content-type", "idempotency-key"} <= set(allowed.split(", "))
        assert reply.headers["vary"] == "Origin"


async def test_a_page_of_an_allowed_origin_may_read_answers_of_all_kinds_and_their_headers(
    shop: httpx.AsyncClient,
) -> None:
    for path, status in (("/health/live/", 200), ("/api/nope/", 404), ("/api/v1/auth/me/", 401)):
        reply = await shop.get(path, headers={"Origin": SHOP})
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (status, SHOP)
        exposed = reply.headers["access-control-expose-headers"].lower()
        assert {"x-request-id", "retry-after", "ratelimit", "etag"} <= set(exposed.split(", "))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example"])
async def test_any_other_page_is_told_nothing(shop: httpx.AsyncClient, origin: str) -> None:
    asked = await shop.options("/api/v1/auth/me/", headers=PREFLIGHT | {"Origin": origin})
    read = await shop.get("/health/live/", headers={"Origin": origin})
    for reply in (asked, read):
        assert not [name for name in reply.headers if name.startswith("access-control-")]


async def test_a_method_that_a_path_does_not_have_is_405_with_all_that_it_has(
    world: World, places: list[Place]
) -> None:
    admin = await world.admin()
    for place in places:
        for method in {"PUT", "TRACE", "BREW"} - place.methods:
            reply = await world.http.request(method, place.path, headers=admin.headers)
            assert reply.status_code in ({400} if method == "BREW" else {405}), place
            if reply.status_code == 405:
                assert place.methods <= set(reply.headers["allow"].split(", ")), place


@pytest.mark.parametrize("path", ["/ws/console", "/ws/transporter", "/ws/track/TRK1"])
async def test_a_socket_that_is_called_like_a_page_says_that_it_is_one(world: World, path: str) -> None:
    reply = await world.http.get(path)
    assert (reply.status_code, reply.headers["upgrade"]) == (426, "websocket")
