"""Products: what sellers put on sale and buyers see."""

import pytest

from tests.support.shapes import check, is_bool, is_id, is_int, is_money, is_string, is_text, or_null
from tests.support.world import World, ok

PRODUCTS = "/api/v1/marketplace/products"
PRODUCT = {
    "id": is_id,
    "name": is_text,
    "description": is_string,
    "price": is_money,
    "listed_price": is_money,
    "discounted_price": or_null(is_money),
    "stock": is_int,
    "available": is_int,
    "tax_class": is_text,
    "images": [{"image": is_text}],
    "is_active": is_bool,
    "seller": {"id": is_id, "name": is_text},
}
RICE = {"name": "Organic Rice", "listed_price": "1250.00", "stock": 10, "images": ["/media/product_images/rice.jpg"]}


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_product_is_put_on_sale_and_seen_by_anyone(world: World, ending: str) -> None:
    seller = await world.person("seller")
    made = ok(await seller.post(f"{PRODUCTS}{ending}", RICE | {"discounted_price": 1000, "tax_class": "exempt"}), 201)
    check(made, PRODUCT)
    assert (made["price"], made["listed_price"], made["seller"]["id"]) == ("1000.00", "1250.00", seller.user_id)
    assert ok(await world.http.get(f"{PRODUCTS}/{made['id']}{ending}")) == made
    listed = ok(await world.http.get(f"{PRODUCTS}{ending}", params={"page_size": 1}))
    assert listed["results"] == [made]


async def test_a_search_takes_its_signs_literally(world: World) -> None:
    seller = await world.person("seller")
    for name in ("50%_off \\ rice", "Plain"):
        ok(await seller.post(f"{PRODUCTS}/", RICE | {"name": name}), 201)
    for text, count in (("50%_OFF \\", 1), ("50__off", 0), ("%\\\\", 0)):
        assert ok(await world.http.get(f"{PRODUCTS}/", params={"search": text}))["count"] == count, text


async def test_a_seller_finds_the_own_products_also_those_that_are_not_on_sale(world: World) -> None:
    seller, other, admin = await world.person("seller"), await world.person("seller"), await world.admin()
    on_sale, taken_off = await world.product(seller, name="Green Tea"), await world.product(seller, name="Black Tea")
    await world.product(other, name="White Tea")
    ok(await seller.patch(f"{PRODUCTS}/{taken_off}/", {"is_active": False}))

    async def found(**query: object) -> list[int]:
        return [product["id"] for product in ok(await seller.get(f"{PRODUCTS}/mine/", **query))["results"]]

    assert await found() == [taken_off, on_sale]
    assert await found(is_active="false") == [taken_off]
    assert await found(search="green") == [on_sale]
    assert {on_sale, taken_off} < {
        one["id"] for one in ok(await admin.get(f"{PRODUCTS}/mine/", page_size=100))["results"]
    }


async def test_only_its_seller_and_admins_change_a_product(world: World) -> None:
    seller, other, admin = await world.person("seller"), await world.person("seller"), await world.admin()
    path = f"{PRODUCTS}/{await world.product(seller)}/"
    assert (await other.patch(path, {"stock": 1})).status_code == 403
    assert ok(await seller.patch(path, {"stock": 7, "discounted_price": "5.50"}))["price"] == "5.50"
    assert ok(await seller.patch(path, {"discounted_price": None}))["price"] == "1250.00"
    assert ok(await admin.patch(path, {"is_active": False}))["is_active"] is False
    assert (await seller.patch(f"{PRODUCTS}/{2**62}/", {"stock": 1})).status_code == 404
    customer = await world.person()
    cart = ok(await customer.post("/api/v1/marketplace/carts/"), 201)["id"]
    taken_off = {"product_id": int(path.split("/")[-2]), "quantity": 1}
    assert (await customer.post(f"/api/v1/marketplace/carts/{cart}/items/", taken_off)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\x00"),
        ("listed_price", "0"),
        ("listed_price", "-1"),
        ("listed_price", "1.001"),
        ("listed_price", "NaN"),
        ("listed_price", "1e400"),
        ("listed_price", True),
        ("discounted_price", "1250.01"),
        ("discounted_price", "0"),
        ("stock", -1),
        ("stock", 10**30),
        ("stock", 1.5),
        ("tax_class", "none"),
        ("description", "x" * 2001),
    ],
)
async def test_a_wrong_field_of_a_product_is_named_when_made_and_when_changed(
    world: World, field: str, value: object
) -> None:
    admin = await world.admin()
    for reply in (
        await admin.post(f"{PRODUCTS}/", RICE | {field: value}),
        await admin.patch(f"{PRODUCTS}/{await _any_product(world)}/", {field: value}),
    ):
        assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])


async def _any_product(world: World) -> int:
    admin = await world.admin()
    return int(ok(await admin.post(f"{PRODUCTS}/", RICE), 201)["id"])


@pytest.mark.parametrize("field", ["name", "listed_price"])
async def test_a_product_without_name_or_price_is_refused_by_name(world: World, field: str) -> None:
    admin = await world.admin()
    refused = await admin.post(f"{PRODUCTS}/", {key: value for key, value in RICE.items() if key != field})
    assert (refused.status_code, refused.json()["errors"]) == (400, {field: "is required"})


async def test_stock_never_falls_below_what_open_payments_hold(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=5)
    await world.initiate(customer, await world.cart(customer, {product: 3}))
    refused = await seller.patch(f"{PRODUCTS}/{product}/", {"stock": 2})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["stock"])
    assert ok(await seller.patch(f"{PRODUCTS}/{product}/", {"stock": 3}))["available"] == 0
