"""A stock becomes another by what is said of it: so many more or fewer, and why."""

import asyncio

from tests.support.world import World, ok


def _path(product_id: int) -> str:
    return f"/api/v1/marketplace/products/{product_id}/stock/"


async def test_a_stock_is_added_to_and_taken_from_with_reasons_that_stay(world: World) -> None:
    seller, admin = await world.person("seller"), await world.admin()
    product = await world.product(seller, stock=10)
    ok(await seller.post(_path(product), {"change": 5, "reason": "received", "note": "from the farm"}), 201)
    ok(await seller.post(_path(product), {"change": -3, "reason": "damaged"}), 201)
    ok(await seller.patch(f"/api/v1/marketplace/products/{product}/", {"stock": 40}))
    told = ok(await seller.get(_path(product)))["results"]
    assert [(one["change"], one["stock_after"], one["reason"]) for one in told] == [
        (28, 40, "set"),
        (-3, 12, "damaged"),
        (5, 15, "received"),
    ]
    assert ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))["stock"] == 40
    events = ok(await admin.get("/api/v1/audit/", action="stock.changed", subject_id=str(product)))["results"]
    assert [event["detail"]["change"] for event in events] == [-3, 5]


async def test_older_changes_follow_those_that_were_seen_whatever_has_changed_since(world: World) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=10)
    for _ in range(5):
        ok(await seller.post(_path(product), {"change": 1, "reason": "received"}), 201)
    seen = ok(await seller.get(_path(product), page_size=2))
    ok(await seller.post(_path(product), {"change": 1, "reason": "returned"}), 201)
    older = ok(await seller.get(_path(product), page_size=2, before=seen["results"][-1]["id"]))
    assert [one["stock_after"] for one in seen["results"] + older["results"]] == [15, 14, 13, 12]
    assert (older["count"], {one["user"] for one in older["results"]}) == (3, {seller.user_id})
    rest = ok(await seller.get(_path(product), before=older["results"][-1]["id"]))
    assert (rest["count"], rest["next"]) == (1, None)
    refused = await seller.get(_path(product), before=0)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["before"])


async def test_many_changes_at_once_all_count(world: World) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=10)
    changes = [
        seller.post(_path(product), {"change": change, "reason": "counted"}) for change in (1, -1, 2, -2, 5, -5, 7)
    ]
    assert {reply.status_code for reply in await asyncio.gather(*changes)} == {201}
    assert ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))["stock"] == 17
    assert ok(await seller.get(_path(product)))["results"][0]["stock_after"] == 17


async def test_a_stock_never_falls_below_nothing_or_what_open_payments_hold(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=10)
    await world.initiate(customer, await world.cart(customer, {product: 4}))
    refused = await seller.post(_path(product), {"change": -7, "reason": "lost"})
    assert (refused.status_code, refused.json()["stock"]) == (400, 10)
    assert "between -6 and" in refused.json()["errors"]["change"]
    ok(await seller.post(_path(product), {"change": -6, "reason": "lost"}), 201)


async def test_all_that_is_wrong_with_a_change_is_named_and_another_seller_sees_nothing_of_it(world: World) -> None:
    seller, other = await world.person("seller"), await world.person("seller")
    product = await world.product(seller)
    wrong = await seller.post(_path(product), {"change": "many", "reason": "set", "why": 1})
    assert set(wrong.json()["errors"]) == {"change", "reason", "why"}
    assert (await seller.post(_path(product), {"change": 0, "reason": "lost"})).status_code == 400
    assert (await other.post(_path(product), {"change": -1, "reason": "lost"})).status_code == 403
    assert (await other.get(_path(product))).status_code == 403


async def test_a_reason_fits_whether_there_are_more_or_fewer_and_those_that_do_are_named(world: World) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=10)
    more, fewer = {"received", "returned"}, {"damaged", "expired", "lost"}
    for change, unfit in ((-2, more), (2, fewer)):
        for reason in unfit:
            refused = await seller.post(_path(product), {"change": change, "reason": reason})
            assert refused.status_code == 400, reason
            words = refused.json()["errors"]["reason"]
            assert all(fit in words for fit in (more | fewer) - unfit), words
            assert not any(one in words.split(" where ")[0] for one in unfit), words
    for change, fit in ((2, more), (-2, fewer), (1, {"counted", "other"}), (-1, {"counted", "other"})):
        for reason in fit:
            ok(await seller.post(_path(product), {"change": change, "reason": reason}), 201)
    assert ok(await seller.get(_path(product)))["results"][0]["stock_after"] == 8


async def test_a_stock_that_was_thought_of_before_a_sale_overwrites_nothing_and_is_told_the_present_one(
    world: World,
) -> None:
    bought = await world.bought(quantity=3, stock=10)
    path = f"/api/v1/marketplace/products/{bought.product_id}/"
    stale = {"stock": 12, "stock_was": 10, "name": "Rice, organic"}
    refused = await bought.seller.patch(path, stale)
    told = refused.json()
    assert (refused.status_code, told["code"], told["stock"]) == (409, "stock_changed", 7)
    kept = ok(await world.http.get(path))
    assert (kept["stock"], kept["name"]) == (7, "Organic Rice")
    for _ in range(2):  # the answer to the first one was lost
        changed = ok(await bought.seller.patch(path, {"stock": 12, "stock_was": 7}))
        assert (changed["stock"], "stock_was" in changed) == (12, False)


async def test_a_stock_that_sales_brought_to_what_somebody_counted_without_them_is_told_and_not_taken_for_a_repeat(
    world: World,
) -> None:
    bought = await world.bought(quantity=3, stock=10)
    path = f"/api/v1/marketplace/products/{bought.product_id}/"
    counted = {"stock": 7, "stock_was": 10}  # three were broken, and three are sold meanwhile: four are there
    refused = await bought.seller.patch(path, counted)
    assert (refused.status_code, refused.json()["code"], refused.json()["stock"]) == (409, "stock_changed", 7)
    for _ in range(2):
        assert ok(await bought.seller.patch(path, {"stock": 4, "stock_was": 7}))["stock"] == 4
    assert (await bought.seller.patch(path, {"stock": 4, "stock_was": 10})).status_code == 409
