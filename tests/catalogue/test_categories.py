"""Categories: a tree that admins keep, in which products are found."""

import asyncio
from typing import Any

import pytest

from tests.support.locks import somebody_waits
from tests.support.waiting import until
from tests.support.world import Person, World, ok, together

CATEGORIES = "/api/v1/marketplace/categories/"
PRODUCTS = "/api/v1/marketplace/products/"


@pytest.fixture
async def admin(world: World) -> Person:
    return await world.admin()


async def made(admin: Person, name: str, parent: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    body = {"name": f"{name} {admin.user_id}", "parent_id": parent and parent["id"]} | more
    answer: dict[str, Any] = ok(await admin.post(CATEGORIES, body), 201)
    return answer


async def listed(world: World) -> list[int]:
    return [one["id"] for one in ok(await world.http.get(CATEGORIES))["results"]]


async def test_products_are_found_in_a_category_and_in_those_around_it(world: World, admin: Person) -> None:
    food = await made(admin, "Food", name_ne="खाना")
    grain = await made(admin, "Grain", food)
    rice = await made(admin, "Rice", grain)
    seller = await world.person("seller")
    product = await world.product(seller, category_id=rice["id"])
    other = await world.product(seller, category_id=food["id"])
    for category, found in ((rice, [product]), (grain, [product]), (food, [other, product])):
        page = ok(await world.http.get(PRODUCTS, params={"category": category["id"]}))
        assert [one["id"] for one in page["results"]] == found
    assert ok(await world.http.get(PRODUCTS, params={"category": 2**62}))["results"] == []
    moved = ok(await seller.patch(f"{PRODUCTS}{product}/", {"category_id": None}))
    assert moved["category_id"] is None
    order = await listed(world)
    assert order.index(food["id"]) < order.index(grain["id"]) < order.index(rice["id"])


async def test_the_tree_is_bounded_in_depth_and_never_goes_in_a_circle(admin: Person) -> None:
    top = await made(admin, "Top")
    middle = await made(admin, "Middle", top)
    low = await made(admin, "Low", middle)
    deeper = await admin.post(CATEGORIES, {"name": "Deeper", "parent_id": low["id"]})
    assert deeper.json()["errors"] == {"parent_id": "would make more than 3 levels"}
    for target in (top, middle, low):
        circle = await admin.patch(f"{CATEGORIES}{top['id']}/", {"parent_id": target["id"]})
        assert (circle.status_code, list(circle.json()["errors"])) == (400, ["parent_id"])
    beside = await made(admin, "Beside")
    assert (await admin.patch(f"{CATEGORIES}{top['id']}/", {"parent_id": beside["id"]})).status_code == 400
    one, other = await made(admin, "One"), await made(admin, "Other")
    replies = await together(
        [
            admin.patch(f"{CATEGORIES}{one['id']}/", {"parent_id": other["id"]}),
            admin.patch(f"{CATEGORIES}{other['id']}/", {"parent_id": one["id"]}),
        ]
    )
    assert sorted(reply.status_code for reply in replies) == [200, 400]


async def test_a_name_is_once_at_a_place_and_what_holds_something_stays(world: World, admin: Person) -> None:
    fruit = await made(admin, "Fruit")
    name = fruit["name"]
    replies = await together(admin.post(CATEGORIES, {"name": name.upper(), "parent_id": None}) for _ in range(3))
    assert {reply.status_code for reply in replies} == {409}
    assert replies[0].json()["code"] == "category_exists"
    citrus = await made(admin, "Citrus", fruit)
    seller = await world.person("seller")
    product = await world.product(seller, category_id=citrus["id"])
    for kept in (fruit, citrus):
        refused = await admin.delete(f"{CATEGORIES}{kept['id']}/")
        assert (refused.status_code, refused.json()["code"]) == (409, "category_in_use")
    ok(await seller.patch(f"{PRODUCTS}{product}/", {"category_id": None}))
    for gone in (citrus, fruit):
        assert (await admin.delete(f"{CATEGORIES}{gone['id']}/")).status_code == 204
    assert (await admin.delete(f"{CATEGORIES}{fruit['id']}/")).status_code == 404


async def test_a_category_that_is_removed_while_a_product_comes_is_either_there_or_gone(
    world: World, admin: Person
) -> None:
    seller, database = await world.person("seller"), world.server.services.database
    kept, gone = await made(admin, "Kept meanwhile"), await made(admin, "Gone meanwhile")
    product, other = await world.product(seller), await world.product(seller)
    async with database.transaction() as driver:  # a product that is being put there
        await driver.execute("UPDATE products SET category_id = $1 WHERE id = $2", kept["id"], product)
        removing = asyncio.create_task(admin.delete(f"{CATEGORIES}{kept['id']}/"))
        await until(lambda: somebody_waits(world))
    refused = await removing
    assert (refused.status_code, refused.json()["code"]) == (409, "category_in_use")
    async with database.transaction() as driver:  # a category that is being removed
        await driver.execute("DELETE FROM categories WHERE id = $1", gone["id"])
        putting = asyncio.create_task(seller.patch(f"{PRODUCTS}{other}/", {"category_id": gone["id"]}))
        await until(lambda: somebody_waits(world))
    answer = await putting
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["category_id"])


async def test_a_category_is_removed_without_waiting_for_products_that_whoever_holds_them_puts_there(
    world: World, admin: Person
) -> None:
    seller, database = await world.person("seller"), world.server.services.database
    kept = await made(admin, "Kept by several")
    first, other = await world.product(seller), await world.product(seller)
    put = "UPDATE products SET category_id = $1 WHERE id = $2"
    async with database.transaction() as table:  # that holds several products, and puts one after another there
        async with database.transaction() as coming:
            await coming.execute(put, kept["id"], first)
            removing = asyncio.create_task(admin.delete(f"{CATEGORIES}{kept['id']}/"))
            await until(lambda: somebody_waits(world))
            async with database.transaction() as meanwhile:
                await meanwhile.execute(put, kept["id"], other)
            await table.execute("SELECT FROM products WHERE id = $1 FOR UPDATE", other)
            await coming.execute(put, None, first)
        await table.execute("SELECT FROM categories WHERE id = $1 FOR KEY SHARE", kept["id"])
    refused = await removing
    assert (refused.status_code, refused.json()["code"]) == (409, "category_in_use")


async def test_an_inactive_category_is_shown_nowhere_and_takes_no_product(world: World, admin: Person) -> None:
    old = await made(admin, "Old")
    within = await made(admin, "Within", old)
    ok(await admin.patch(f"{CATEGORIES}{old['id']}/", {"is_active": False}))
    assert not {old["id"], within["id"]} & set(await listed(world))
    seller = await world.person("seller")
    for category in (old["id"], 2**62):
        refused = await seller.post(PRODUCTS, {"name": "Rice", "listed_price": "10", "category_id": category})
        assert refused.json()["errors"] == {"category_id": "must be one of the shop's categories"}
    assert (await seller.post(CATEGORIES, {"name": "Mine"})).status_code == 403
