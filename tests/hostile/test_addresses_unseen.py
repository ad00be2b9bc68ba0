"""Addresses of the web hold no sign that nobody sees: what a person reads is where a browser goes."""

import pytest

from tests.support.world import World, initiate_body

UNSEEN = {
    "turned direction": "\u202e",
    "isolate": "\u2066",
    "blank without width": "\u200b",
    "joiner": "\u2060",
    "soft hyphen": "\xad",
    "byte order mark": "\ufeff",
    "line separator": "\u2028",
    "control": "\x85",
}


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
async def test_no_address_of_an_image_or_a_return_holds_a_sign_that_is_not_seen(world: World, sign: str) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart = await world.cart(customer, {await world.product(seller): 1})
    for address in (f"https://shop{sign}.example/a.jpg", f"https://shop.example/a{sign}gpj.exe"):
        image = await seller.post("/api/v1/marketplace/products/", _product(address))
        assert (image.status_code, list(image.json()["errors"])) == (400, ["images[0]"]), image.text
        opened = await customer.post("/api/v1/payments/initiate/", initiate_body(cart, return_url=address))
        assert (opened.status_code, list(opened.json()["errors"])) == (400, ["return_url"]), opened.text


def _product(image: str) -> dict[str, object]:
    return {"name": "Rice", "listed_price": "12.50", "stock": 1, "images": [image]}
