"""Paths, queries and methods that mean nothing."""

import pytest

from tests.support.calls import CALLS, Call, Stage, check_refusal

THINGS = [
    ("customer", "/api/v1/marketplace/orders/{}/"),
    ("customer", "/api/v1/marketplace/carts/{}/"),
    ("customer", "/api/v1/marketplace/addresses/{}/"),
    ("customer", "/api/v1/payments/status/{}/"),
    ("seller", "/api/marketplace/sales/{}/"),
    ("admin", "/api/transporters/{}/deliveries/"),
    ("admin", "/api/transporters/{}/positions/"),
    ("", "/api/v1/marketplace/products/{}/"),
    ("", "/api/deliveries/{}/track/"),
]
NO_IDS = [
    "0",
    "-1",
    "1.5",
    "9" * 30,
    "9" * 5000,
    "1e3",
    "0x10",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "..%2f..%2fetc%2fpasswd",
    "'%20OR%201=1--",
    "{}",
    "NaN",
    "null",
    "%F0%9F%98%80",
    "4611686018427387904",
    "00000000-0000-4000-8000-000000000000",
]
LISTS = [
    ("customer", "/api/v1/marketplace/orders/my-orders/"),
    ("customer", "/api/v1/marketplace/addresses/"),
    ("customer", "/api/v1/marketplace/carts/"),
    ("seller", "/api/marketplace/sales/"),
    ("admin", "/api/deliveries/available/"),
    ("admin", "/api/transporters/{transporter}/deliveries/"),
    ("admin", "/api/transporters/{transporter}/positions/"),
    ("", "/api/v1/marketplace/products/"),
]
JUNK = [
    "",
    "0",
    "-1",
    "1.5",
    "x",
    "9" * 30,
    "9" * 5000,
    "1e400",
    "NaN",
    "null",
    "%00",
    "%ff",
    "%ed%a0%80",
    "1&{}=2",
    "[]",
]
PARAMETERS = ["page", "page_size", "status", "payment_status", "date_from", "date_to", "from", "to", "search", "lat"]


@pytest.mark.parametrize(("who", "path"), THINGS)
async def test_what_cannot_be_an_id_is_not_found(stage: Stage, who: str, path: str) -> None:
    headers = stage.people[who].headers if who else {}
    for text in NO_IDS:
        reply = await stage.world.http.get(path.replace("{}", text), headers=headers)
        assert reply.status_code == 404, f"{text}: {reply.status_code} {reply.text}"
        check_refusal(reply, text)


@pytest.mark.parametrize(("who", "path"), LISTS)
async def test_a_query_of_junk_gets_a_4xx_or_is_ignored(stage: Stage, who: str, path: str) -> None:
    headers = stage.people[who].headers if who else {}
    for name in PARAMETERS:
        for text in JUNK:
            url = f"{path.format_map(stage.ids)}?{name}={text.replace('{}', name)}"
            reply = await stage.world.http.get(url, headers=headers)
            check_refusal(reply, url)
            assert reply.status_code in {200, 400}
    for query in ("page=0", "page=x", "page_size=101", "page_size=0", f"page_size={'9' * 30}"):
        reply = await stage.world.http.get(f"{path.format_map(stage.ids)}?{query}", headers=headers)
        assert (reply.status_code, list(reply.json()["errors"])) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has(stage: Stage, call: Call) -> None:
    path = call.path.format_map(stage.ids)
    for method in ("PUT", "TRACE"):
        reply = await stage.world.http.request(method, path, headers=stage.people["admin"].headers)
        assert reply.status_code == 405
        assert call.method in reply.headers["allow"]
        check_refusal(reply, method)


async def test_a_path_that_leads_nowhere_is_not_found_for_everyone(stage: Stage) -> None:
    for path in ("/nope", "/api/", "/api/v1/payments/nope/", "/api/auto-assign/1/", "/%00", "/.git"):
        reply = await stage.world.http.get(path)
        assert reply.status_code in {404, 405}, path
        check_refusal(reply, path)


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer x", "Basic YTpi", "bearer null", "Bearer " + "a." * 9000, "Bearer é", "\x01", "Bearer a b"],
)
async def test_a_header_that_is_no_token_is_turned_away(stage: Stage, value: str) -> None:
    reply = await stage.world.http.get("/api/v1/auth/me/", headers=[(b"Authorization", value.encode("latin-1"))])
    assert reply.status_code in {400, 401}
