"""A table says what becomes of each row, names categories as people do, and leaves alone what it has no column for."""

from typing import Any

import pytest

from tests.imports.handing_in import HandIn
from tests.support.world import Person, World, ok

MINE = "/api/v1/marketplace/products/mine/"
CATEGORIES = "/api/v1/marketplace/categories/"
HEAD = "external_id,name,listed_price,category\n"


async def test_each_row_is_named_with_its_line_and_what_is_otherwise_and_the_file_by_its_name(
    world: World, hand_in: HandIn
) -> None:
    seller = await world.person("seller")
    table = "external_id,name,listed_price\na,Rice,100\nb,Lentils,80\n"
    ok(await hand_in(seller, "products", table, dry_run=False))
    other = table.replace("Lentils,80", "Red lentils,85") + "c,Tea,none\nd,Salt,20\n"
    told = ok(await hand_in(seller, "products", other, dry_run=False, skip_bad_rows=True, file_name="goods.csv"))
    assert (told["file_name"], told["columns"]) == ("goods.csv", ["external_id", "name", "listed_price"])
    assert [(one["row"], one["external_id"], one["title"], one["outcome"], one["columns"]) for one in told["told"]] == [
        (2, "a", "Rice", "unchanged", []),
        (3, "b", "Red lentils", "changed", ["listed_price", "name"]),
        (5, "d", "Salt", "made", []),
    ]
    assert [(one["row"], one["column"]) for one in told["problems"]] == [(4, "listed_price")]
    assert told["wrong"] == [{"row": 4, "external_id": "c", "title": "Tea"}]
    kept = {name: value for name, value in told.items() if name != "wrong"}  # what a wrong row says is kept nowhere
    assert ok(await seller.get(f"/api/imports/{told['id']}/")) == kept
    [newest, *_] = ok(await seller.get("/api/imports/"))["results"]
    assert newest == {name: value for name, value in kept.items() if name != "told"}


async def test_a_wrong_row_is_named_as_far_as_it_says_what_it_is_and_a_persons_name_is_never_told(
    world: World, hand_in: HandIn
) -> None:
    seller, admin = await world.person("seller"), await world.admin()
    table = f"external_id,name,listed_price\n,{'Long ' * 60},1\n d ,,1\nd,Salt,-1\n"
    assert ok(await hand_in(seller, "products", table))["wrong"] == [
        {"row": 2, "external_id": "", "title": ("Long " * 60)[:200]},
        {"row": 3, "external_id": "d", "title": ""},
        {"row": 4, "external_id": "d", "title": "Salt"},
    ]
    people = "external_id,email,name,phone,vehicle_type,capacity_kg\nx,none,Ram Thapa,1,truck,1\n"
    assert ok(await hand_in(admin, "transporters", people))["wrong"] == [{"row": 2, "external_id": "x", "title": ""}]


async def test_what_is_kept_of_a_table_of_transporters_names_nobody_and_no_number_plate(
    world: World, hand_in: HandIn
) -> None:
    """These go with an account that is deleted, and what a table became stays."""
    admin = await world.admin()
    head = "external_id,email,name,phone,vehicle_type,capacity_kg,business_name,vehicle_number\n"
    cells = [f"ram-{admin.user_id}@example.com", "Ram Thapa", "+977-9841555555", "Thapa & Sons", "Ba 2 Pa 1234"]
    row = f"x{admin.user_id},{cells[0]},{cells[1]},{cells[2]},motorcycle,40,{cells[3]},{cells[4]}\n"
    taken = ok(await hand_in(admin, "transporters", head + row, dry_run=False))
    assert [(one["title"], one["outcome"]) for one in taken["told"]] == [("motorcycle", "made")]
    kept = (await admin.get(f"/api/imports/{taken['id']}/")).text
    assert [cell for cell in cells if cell in kept] == []


async def test_a_table_with_one_price_is_refused_by_its_row_where_the_other_does_not_go_with_it(
    world: World, hand_in: HandIn
) -> None:
    seller = await world.person("seller")
    ok(
        await hand_in(
            seller, "products", "external_id,name,listed_price,discounted_price\na,Rice,100,90\n", dry_run=False
        )
    )
    table = "external_id,name,listed_price\na,Rice,80\nb,Tea,20\n"
    for dry_run in (True, False):
        told = ok(await hand_in(seller, "products", table, dry_run=dry_run, skip_bad_rows=True))
        assert [(one["row"], one["column"]) for one in told["problems"]] == [(2, "discounted_price")]
        assert [(one["row"], one["outcome"]) for one in told["told"]] == [(3, "made")]


async def test_a_category_is_named_by_its_path_in_either_language_or_by_a_name_that_only_one_has(
    world: World, hand_in: HandIn
) -> None:
    seller, tree = await world.person("seller"), await _tree(world)
    names = ["{food} / {grain}", "{food_ne} > {grain_ne}", "{grain}", " {FOOD}/{grain} ", ""]
    marked = [name.format(**tree, FOOD=tree["food"].upper()) for name in names]
    rows = "".join(f"p{at},Product {at},10,{name}\n" for at, name in enumerate(marked))
    assert ok(await hand_in(seller, "products", HEAD + rows, dry_run=False))["bad"] == 0
    products = ok(await seller.get(MINE))["results"]
    assert [one["category_id"] for one in reversed(products)] == [*[tree["grain_id"]] * 4, None]


async def test_a_category_that_is_none_is_named_with_what_fits(world: World, hand_in: HandIn) -> None:
    admin, seller, tree = await world.admin(), await world.person("seller"), await _tree(world)
    tea = ok(await admin.post(CATEGORIES, {"name": f"Tea {admin.user_id}"}), 201)
    twin = {"name": tree["grain"], "parent_id": tea["id"]}
    ok(await admin.post(CATEGORIES, twin), 201)
    near, both = f"{tree['food']} / {tree['grain']}x", tree["grain"]
    told = ok(await hand_in(seller, "products", f"{HEAD}a,Rice,10,{near}\nb,Corn,10,{both}\n"))
    [unknown, several] = told["problems"]
    assert (unknown["row"], unknown["column"]) == (2, "category")
    assert f"did you mean {tree['food']} / {tree['grain']}?" in unknown["detail"]
    assert several["detail"] == (
        f"stands for several categories: write {tree['food']} / {tree['grain']} or {tea['name']} / {tree['grain']}"
    )


async def test_what_a_table_has_no_column_for_stays_as_it_is(world: World, hand_in: HandIn) -> None:
    seller, tree = await world.person("seller"), await _tree(world)
    whole = f"external_id,name,listed_price,description,category\na,Rice,10,From Jumla,{tree['grain']}\n"
    ok(await hand_in(seller, "products", whole, dry_run=False))
    told = ok(await hand_in(seller, "products", "external_id,name,listed_price\na,Rice,12\n", dry_run=False))
    assert [one["columns"] for one in told["told"]] == [["listed_price"]]
    [product] = ok(await seller.get(MINE))["results"]
    assert (product["description"], product["category_id"]) == ("From Jumla", tree["grain_id"])
    emptied = ok(await hand_in(seller, "products", HEAD + "a,Rice,12,\n", dry_run=False))
    assert [one["columns"] for one in emptied["told"]] == [["category"]]
    assert ok(await seller.get(MINE))["results"][0]["category_id"] is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_ones_own_table_comes_again_unchanged_and_the_one_to_begin_with_is_right(
    world: World, hand_in: HandIn, kind: str
) -> None:
    seller, tree = await world.person("seller"), await _tree(world)
    await world.product(seller, name="=Rice", category_id=tree["grain_id"], description="two\nlines")
    again = ok(await hand_in(seller, "products", await _table(seller, kind), dry_run=False))
    assert (again["unchanged"], again["bad"], again["made"]) == (1, 0, 0)
    assert "category" in again["columns"]
    begun = ok(await hand_in(seller, "products", await _table(seller, kind, empty="true")))
    assert [(one["title"], one["outcome"]) for one in begun["told"]] == [("Organic rice 5 kg", "made")]


async def _table(seller: Person, kind: str, **query: str) -> bytes:
    answer = await seller.get("/api/imports/products/table/", format=kind, **query)
    assert answer.headers["content-disposition"] == f'attachment; filename="products.{kind}"'
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


async def _tree(world: World) -> dict[str, Any]:
    admin = await world.admin()
    names = {"food": f"Food {admin.user_id}", "food_ne": f"खाना {admin.user_id}"}
    names |= {"grain": f"Grain {admin.user_id}", "grain_ne": f"अन्न {admin.user_id}"}
    food = ok(await admin.post(CATEGORIES, {"name": names["food"], "name_ne": names["food_ne"]}), 201)
    within = {"name": names["grain"], "name_ne": names["grain_ne"], "parent_id": food["id"]}
    grain = ok(await admin.post(CATEGORIES, within), 201)
    return names | {"food_id": food["id"], "grain_id": grain["id"]}
