"""What every answer carries, whichever route it comes from."""

import re
from uuid import uuid4

import httpx
import pytest
import structlog
from litestar import Litestar, get

from api.http.errors import code_of
from api.http.middleware.http_rules import HttpRules
from tests.http.routes import Place, transport_to
from tests.support.world import World, initiate_body, ok, together

PROTECTION = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
SAME_FOR_ALL = re.compile(
    r"/$|/(console|courier|shop|seller|ops)(/|$)|/schema|/api/v1/marketplace/products(?!/mine|/[^/]+/stock)|/api/v1/marketplace/(?:provinces|categories(?!/all))|/api/v1/payments/gateways"
)


async def test_every_answer_tells_browsers_how_to_treat_it(world: World, places: list[Place]) -> None:
    admin = await world.admin()
    replies = [("/nope", await world.http.put("/nope"))]
    for place in places:
        replies += [(place.path, await ask(place.path)) for ask in (admin.get, world.http.post)]
    for path, reply in replies:
        assert PROTECTION.items() <= dict(reply.headers).items(), path
        assert "default-src 'none'" in reply.headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"], path
        assert "strict-transport-security" not in reply.headers


async def test_behind_tls_browsers_are_told_to_stay_with_it(shop: httpx.AsyncClient) -> None:
    for path in ("/health/live/", "/api/v1/auth/me/", "/nope"):
        assert (await shop.get(path)).headers["strict-transport-security"] == "max-age=31536000"


async def test_nothing_is_kept_but_what_is_the_same_for_everyone(world: World, places: list[Place]) -> None:
    admin = await world.admin()
    for place in places:
        if "GET" in place.methods:
            reply = await admin.get(place.path)
            kept = SAME_FOR_ALL.match(place.path) and reply.status_code == 200
            wanted = "no-cache" if kept else "no-store"
            told = f"{place.path}: what is the same for all is opt=KEPT and stands in SAME_FOR_ALL and docs/http.md"
            assert reply.headers["cache-control"] == wanted, told
    signed_in = await world.http.post("/api/v1/auth/token/refresh/", json={"refresh": admin.refresh})
    assert (signed_in.status_code, signed_in.headers["cache-control"]) == (200, "no-store")


async def test_no_answer_says_its_charset_twice(world: World, places: list[Place]) -> None:
    admin, bought = await world.admin(), await world.bought()
    paths = [place.path for place in places if "GET" in place.methods]
    report = await admin.get("/api/marketplace/sales/report/", format="csv")
    assert (report.status_code, report.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    for reply in [await admin.get(path) for path in paths] + [
        await bought.customer.get(f"/api/v1/payments/{bought.transaction_id}/invoice/", format=kind)
        for kind in ("html", "pdf", "json")
    ]:
        assert reply.headers.get("content-type", "").count("charset") <= 1, reply.url


async def test_the_page_of_the_documentation_needs_nothing_inline_and_nothing_of_others(world: World) -> None:
    page = await world.http.get("/schema")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert not re.search(r"<script[^>]*>[^<]", page.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await world.http.get(address)).status_code == 200, address


@pytest.mark.parametrize("name", ["%00", "a%00.js", "%ff", "a" * 300, "..%2f..%2fetc%2fpasswd", "index.css", "."])
async def test_a_file_that_is_none_of_the_page_is_not_found(world: World, name: str) -> None:
    assert (await world.http.get(f"/schema-assets/{name}")).status_code == 404


async def test_odd_bytes_anywhere_in_a_path_are_nobodys_defect(world: World, places: list[Place]) -> None:
    admin = await world.admin()
    for place in places:
        for odd in ("%00", "%ff%fe", "%ed%a0%80", "%0a", "a" * 300):
            for path in (f"{place.path}/{odd}", re.sub(r"/1\b", f"/{odd}", place.path)):
                reply = await world.http.get(path, headers=admin.headers, params={"resume": "\x00"})
                assert reply.status_code < 500, (path, reply.text)


async def test_a_request_has_one_id_its_own_or_a_new_one(world: World) -> None:
    own = f"trace-{uuid4()}"
    for path in ("/health/live/", "/nope", "/api/v1/auth/me/"):
        reply = await world.http.get(path, headers={"X-Request-ID": own})
        assert reply.headers["x-request-id"] == own
    made = {(await world.http.get("/health/live/")).headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    for strange in ("a b", "x" * 129, "<script>", "é", ""):
        reply = await world.http.get("/health/live/", headers=[(b"X-Request-ID", strange.encode())])
        assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"]), strange


async def test_every_line_that_a_request_logs_says_its_id(world: World) -> None:
    @get("/")
    async def chatty() -> None:
        structlog.get_logger("first").warning("one")
        structlog.get_logger("second").warning("two")

    door = HttpRules(Litestar([chatty]), world.server.settings)
    async with httpx.AsyncClient(transport=transport_to(door), base_url="http://test") as client:
        with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
            for request_id in ("first", "second"):
                await client.get("/", headers={"X-Request-ID": request_id})
    assert [line["request_id"] for line in lines] == ["first", "first", "second", "second"]


async def test_a_limit_tells_what_is_left_of_it(world: World) -> None:
    customer = await world.person("customer")
    cart = await world.cart(customer, {await world.product(await world.person("seller")): 1})
    per_minute = world.server.settings.payments_per_minute
    # At once: what was taken comes back every two seconds, which one after the other may last on a busy machine.
    replies = await together(customer.post("/api/v1/payments/initiate/", initiate_body(cart)) for _ in range(2))
    left = [re.match(r'"initiate";r=(\d+);t=\d+$', reply.headers["ratelimit"]) for reply in replies]
    assert sorted(int(found[1]) for found in left if found) == [per_minute - 2, per_minute - 1]
    assert replies[0].headers["ratelimit-policy"] == f'"initiate";q={per_minute};w=60'


async def test_links_to_the_next_page_keep_the_slash_that_was_called(world: World) -> None:
    seller = await world.person("seller")
    for _ in range(2):
        await world.product(seller)
    for path in ("/api/v1/marketplace/products/", "/api/v1/marketplace/products"):
        page = ok(await world.http.get(path, params={"page_size": 1, "search": "Rice"}))
        assert page["next"] == f"{world.server.settings.public_url}{path}?page_size=1&search=Rice&page=2"
        assert ok(await world.http.get(page["next"]))["previous"].startswith(
            f"{world.server.settings.public_url}{path}?"
        )


async def test_links_to_other_pages_keep_the_query_in_the_order_in_which_it_was_sent(world: World) -> None:
    seller = await world.person("seller")
    for _ in range(3):
        await world.product(seller)
    base = f"{world.server.settings.public_url}/api/v1/marketplace/products/"
    for query in (
        "page={}&search=Rice&page_size=1",
        "search=Rice&page={}&page_size=1",
        "search=Rice&page_size=1&page={}",
    ):
        page = ok(await world.http.get(f"{base}?{query.format(2)}"))
        assert (page["previous"], page["next"]) == (f"{base}?{query.format(1)}", f"{base}?{query.format(3)}")


async def test_each_status_has_a_code_of_its_own(world: World) -> None:
    large = await world.http.post("/api/v1/auth/token/", content=b"x" * 1_500_000)
    form = await world.http.post("/api/v1/auth/token/", data={"email": "a"})
    method = await world.http.put("/api/v1/auth/token/")
    assert [reply.json()["code"] for reply in (large, form, method)] == [
        "too_large",
        "unsupported_media_type",
        "method_not_allowed",
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid"),
        (401, "not_signed_in"),
        (413, "too_large"),
        (500, "internal_error"),
        (503, "service_unavailable"),
    ],
)
def test_a_status_without_words_of_its_own_has_a_code_of_its_own(status: int, code: str) -> None:
    assert code_of(status) == code
