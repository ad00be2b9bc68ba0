"""A search finds what a person means, however it is typed and stored."""

import unicodedata
from uuid import uuid4

import pytest

from tests.support.world import World, ok

PRODUCTS = "/api/v1/marketplace/products/"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Organic Rice", "  organic rice  "),
        ("Organic Rice", "organic\u00a0rice"),
        ("Café beans", unicodedata.normalize("NFD", "CAFÉ")),
        (unicodedata.normalize("NFD", "Café beans"), "café"),
        ("बाज़ार मह", unicodedata.normalize("NFD", "बाज़ार")),
        ("बाज\u093cार", "बा\u095bार"),
        ("ऩमक", "न\u093cमक"),
        ("बाज\u093cार", "बाजार"),
        ("बाजार", "बाज\u093cार"),
        ("क्\u200dष दाल", "क्ष"),
        ("१०० % pure", "%"),
    ],
)
async def test_a_search_finds_every_way_of_writing_a_name(world: World, name: str, typed: str) -> None:
    seller, mark = await world.person("seller"), uuid4().hex
    product_id = await world.product(seller, name=f"{name} {mark}")
    other = await world.product(seller, name=f"Nothing {mark}")
    found = ok(await world.http.get(PRODUCTS, params={"search": typed, "page_size": 100}))["results"]
    numbers = [product["id"] for product in found]
    assert product_id in numbers
    assert other not in numbers


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "\u00a0"])
async def test_a_search_for_nothing_is_none(world: World, typed: str) -> None:
    product_id = await world.product(await world.person("seller"))
    found = ok(await world.http.get(PRODUCTS, params={"search": typed}))["results"]
    assert product_id == found[0]["id"]
