"""Copies that still hold, and answers that travel packed."""

import gzip

import pytest

from api.http.middleware.compression import holds, takes_gzip
from tests.support.world import World


@pytest.mark.parametrize(
    "path", ["/schema/openapi.json", "/schema-assets/swagger-ui.css", "/api/v1/payments/gateways/"]
)
async def test_a_copy_that_still_holds_is_not_sent_again(world: World, path: str) -> None:
    for encoding in ("gzip", "identity"):
        first = await world.http.get(path, headers={"Accept-Encoding": encoding})
        again = await world.http.get(
            path, headers={"Accept-Encoding": encoding, "If-None-Match": f'"x", W/{first.headers["etag"]}'}
        )
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert "content-length" not in again.headers


async def test_a_copy_that_no_longer_holds_is_replaced(world: World) -> None:
    seller = await world.person("seller")
    path = f"/api/v1/marketplace/products/{await world.product(seller)}/"
    first = await world.http.get(path)
    await seller.patch(path, {"name": "Brown Rice"})
    second = await world.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.json()["name"]) == (200, "Brown Rice")


async def test_the_description_travels_packed_and_says_the_same(world: World) -> None:
    plain = await world.http.get("/schema/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with world.http.stream("GET", "/schema/openapi.json", headers={"Accept-Encoding": "br, gzip"}) as reply:
        raw = b"".join([part async for part in reply.aiter_raw()])
    assert reply.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in reply.headers["vary"].lower()
    assert len(raw) < len(plain.content) / 4
    assert gzip.decompress(raw) == plain.content
    assert reply.headers["etag"] != plain.headers["etag"]


async def test_answers_with_secrets_are_never_packed(world: World) -> None:
    person = await world.person("customer", name="n" * 100)
    headers = {"Accept-Encoding": "gzip"}
    refreshed = await world.http.post("/api/v1/auth/token/refresh/", json={"refresh": person.refresh}, headers=headers)
    assert "content-encoding" not in refreshed.headers
    listed = await world.http.get(
        "/api/v1/marketplace/orders/my-orders/",
        headers={**headers, "Authorization": f"Bearer {refreshed.json()['access']}"},
    )
    assert (listed.status_code, "content-encoding" in listed.headers) == (200, False)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (b"gzip", True),
        (b"br;q=1.0, gzip;q=0.5", True),
        (b"gzip;q=0", False),
        (b"identity", False),
        (b"gzip; q=0.0", False),
    ],
)
def test_who_does_not_understand_gzip_is_not_sent_it(accepted: bytes, taken: bool) -> None:
    assert takes_gzip({b"accept-encoding": accepted}) is taken


def test_a_tag_is_compared_among_several() -> None:
    assert holds({b"if-none-match": b'"a", W/"b"'}, b'"b"')
    assert holds({b"if-none-match": b"*"}, b'"b"')
    assert not holds({b"if-none-match": b'"a"'}, b'"b"')
    assert not holds({}, b'"b"')
