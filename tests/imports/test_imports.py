"""A table of products, transporters or deliveries is taken whole or not at all, and may come again."""

import asyncio
from collections.abc import Iterable
from io import BytesIO
from uuid import uuid4

from sqlalchemy import text

from api.routes.imports.running import PORTION, Wish, run_import
from api.routes.imports.services import OVER_HTTP
from dispatch.accounts.models import User
from dispatch.audit.service import OPERATOR
from dispatch.imports import NAME_LOCKS, ImportKind, hold_names
from dispatch.payments.stock import lock_products
from tests.imports.handing_in import HandIn, MakeWorkbook
from tests.support.locks import somebody_waits
from tests.support.waiting import until
from tests.support.world import World, delivery_body, ok

PRODUCTS = "external_id,name,listed_price,stock\n"


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(world: World, hand_in: HandIn) -> None:
    seller = await world.person("seller")
    told = ok(await hand_in(seller, "products", f"{PRODUCTS}a,Rice,100.50,5\nb,Lentils,80,7\n"))
    assert (told["dry_run"], told["applied"], told["rows"], told["made"], told["bad"]) == (True, False, 2, 2, 0)
    assert ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"] == []
    assert told.pop("wrong") == []
    assert ok(await seller.get(f"/api/imports/{told['id']}/")) == told


async def test_the_same_table_again_changes_nothing_and_a_changed_one_what_is_otherwise(
    world: World, hand_in: HandIn
) -> None:
    seller = await world.person("seller")
    table = f"{PRODUCTS}a,Rice,100.50,5\nb,Lentils,80,7\n"
    first = ok(await hand_in(seller, "products", table, dry_run=False))
    again = ok(await hand_in(seller, "products", table, dry_run=False))
    changed = ok(await hand_in(seller, "products", table.replace("Lentils,80,7", "Lentils,85,99"), dry_run=False))
    assert [(one["made"], one["changed"], one["unchanged"]) for one in (first, again, changed)] == [
        (2, 0, 0),
        (0, 0, 2),
        (0, 1, 1),
    ]
    products = ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]
    assert [(one["name"], one["price"], one["stock"]) for one in products] == [
        ("Lentils", "85.00", 7),  # what was sold since stays sold
        ("Rice", "100.50", 5),
    ]


async def test_where_a_row_is_wrong_nothing_is_written_and_every_wrong_cell_is_named(
    world: World, hand_in: HandIn
) -> None:
    seller = await world.person("seller")
    table = f"{PRODUCTS}a,Rice,100,5\n\nb,,-3,many\na,Rice again,10,1\nc,Tea,=1+1,1\n"
    told = ok(await hand_in(seller, "products", table, dry_run=False))
    assert (told["applied"], told["bad"]) == (False, 3)
    assert {(one["row"], one["column"]) for one in told["problems"]} == {
        (4, "name"),
        (4, "listed_price"),
        (4, "stock"),
        (5, "external_id"),
        (6, "listed_price"),
    }
    assert ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"] == []
    skipped = ok(await hand_in(seller, "products", table, dry_run=False, skip_bad_rows=True))
    assert (skipped["applied"], skipped["made"], skipped["bad"]) == (True, 1, 3)


async def test_columns_that_are_unknown_twice_or_missing_are_named_together(world: World, hand_in: HandIn) -> None:
    refused = await hand_in(await world.person("seller"), "products", "external_id,nam,stock,stock\na,Rice,1,1\n")
    assert (refused.status_code, refused.json()["code"]) == (400, "file_unreadable")
    words = refused.json()["errors"]["file"]
    assert all(part in words for part in ("did you mean name?", "“stock” stands twice", "“listed_price” is missing"))


async def test_a_workbook_is_read_as_people_type_it(world: World, hand_in: HandIn, workbook: MakeWorkbook) -> None:
    seller = await world.person("seller")
    rows: list[list[object]] = [
        ["External ID", "Name", "Listed price", "Stock", "Is active"],
        [7, "चामल", 1250.5, 3.0, False],
    ]
    told = ok(await hand_in(seller, "products", workbook(rows), dry_run=False))
    assert (told["made"], told["problems"]) == (1, [])
    [product] = ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"]
    assert (product["name"], product["price"], product["stock"], product["is_active"]) == ("चामल", "1250.50", 3, False)


async def test_a_seller_imports_into_nobody_elses_shop(world: World, hand_in: HandIn) -> None:
    seller, other = await world.person("seller"), await world.person("seller")
    for person in (seller, other):
        ok(await hand_in(person, "products", f"{PRODUCTS}a,Rice,100,5\n", dry_run=False))
    theirs = ok(await other.get("/api/v1/marketplace/products/mine/"))["results"]
    assert [one["seller"]["id"] for one in theirs] == [other.user_id]
    named = await hand_in(seller, "products", f"seller,{PRODUCTS}{other.email},a,Rice,1,5\n", dry_run=False)
    assert named.status_code == 400
    told = named.json()["errors"]["file"]
    assert "“seller” is no column here" in told
    assert (told.count("listed_price"), told.count("`")) == (1, 0), "the columns that fit are named once"


async def test_the_same_table_from_two_sides_at_once_makes_each_product_once(world: World, hand_in: HandIn) -> None:
    seller = await world.person("seller")
    table = PRODUCTS + "".join(f"{number},Rice {number},10,1\n" for number in range(50))
    told = await asyncio.gather(*(hand_in(seller, "products", table, dry_run=False) for _ in range(3)))
    assert sorted(ok(one)["made"] for one in told) == [0, 0, 50]


async def test_a_table_that_two_processes_take_at_once_is_made_by_one_and_found_by_the_other(world: World) -> None:
    seller, services = await world.person("seller"), world.server.services
    table = PRODUCTS + "".join(f"{number},Rice {number},10,1\n" for number in range(20))
    async with services.database.work() as work:
        owner = await work.session.get_one(User, seller.user_id)
    make = services.imports.maker(ImportKind.PRODUCTS, None, seller=owner)
    runs = await asyncio.gather(
        *(
            run_import(services.database, make, BytesIO(table.encode()), OVER_HTTP, OPERATOR, Wish(dry_run=False))
            for _ in range(2)
        )
    )
    assert sorted((one.made, one.unchanged) for one in runs) == [(0, 20), (20, 0)]


async def test_a_long_table_holds_its_products_as_orders_do_and_neither_waits_for_the_other_in_a_circle(
    world: World, hand_in: HandIn
) -> None:
    """By their numbers, whatever the order of the rows: the last of these are what an order holds first."""
    seller, numbers = await world.person("seller"), range(PORTION + 1)
    ok(await hand_in(seller, "products", PRODUCTS + "".join(f"{one},Rice,10,1\n" for one in numbers), dry_run=False))
    pages = [
        ok(await seller.get("/api/v1/marketplace/products/mine/", page_size=100, page=page))["results"]
        for page in (1, len(numbers) // 100 + 1)
    ]
    newest, oldest = pages[0][0]["id"], pages[1][-1]["id"]
    table = PRODUCTS + "".join(f"{one},Rice,12,1\n" for one in reversed(numbers))
    async with world.server.services.database.transaction() as order:
        await lock_products(order, [oldest], "an order")
        importing = asyncio.ensure_future(hand_in(seller, "products", table, dry_run=False))
        await until(lambda: somebody_waits(world), "the table waits for the order")
        await lock_products(order, [newest], "an order")
    assert ok(await importing)["changed"] == len(numbers)


async def test_names_of_thousands_of_sellers_are_held_by_few_locks_of_the_database(world: World) -> None:
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    async with world.server.services.database.work() as work:
        await hold_names(work.session, ImportKind.PRODUCTS, range(5_000))
        assert await work.session.scalar(text(held)) == NAME_LOCKS


async def test_transporters_get_accounts_and_profiles_that_wait_to_be_verified(world: World, hand_in: HandIn) -> None:
    admin, one, two = await world.admin(), uuid4().hex, uuid4().hex
    table = "external_id,email,name,phone,vehicle_type,capacity_kg\n" + "".join(
        f"{key},{key}@example.com,Some Rider,+977-9841555555,motorcycle,{weight}\n"
        for key, weight in ((one, 40), (two, 0))
    )
    told = ok(await hand_in(admin, "transporters", table, dry_run=False, skip_bad_rows=True))
    assert (told["made"], [problem["column"] for problem in told["problems"]]) == (1, ["capacity_kg"])
    [found] = ok(await admin.get("/api/v1/users/", email=f"{one}@example.com"))["results"]
    assert found["roles"] == ["transporter"]
    again = ok(await hand_in(admin, "transporters", table.replace(",40\n", ",45\n"), dry_run=False, skip_bad_rows=True))
    assert (again["made"], again["changed"]) == (0, 1)
    taken = table.replace(one, uuid4().hex, 1)  # another name, and an address that has an account
    refused = ok(await hand_in(admin, "transporters", taken, dry_run=False))
    assert refused["bad"] == 2
    assert not refused["applied"]


async def test_a_table_holds_whom_it_changes_as_plans_do_and_neither_waits_for_the_other_in_a_circle(
    world: World, hand_in: HandIn
) -> None:
    """Deliveries, then transporters, by their numbers, whatever the order of the rows and however often one stands."""
    admin, keys = await world.admin(), [uuid4().hex for _ in range(3)]
    ok(await hand_in(admin, "transporters", _riders((key, 40) for key in keys), dry_run=False))
    async with world.server.services.database.connection() as driver:
        query = "SELECT thing_id FROM external_names WHERE kind = 'transporters' AND name = ANY($1) ORDER BY thing_id"
        first, same, last = [row[0] for row in await driver.fetch(query, keys)]
    given = await world.delivery()
    ok(await admin.post(f"/api/transporters/{last}/verify/", {}))
    ok(
        await admin.post(
            f"/api/deliveries/{given['id']}/assign/", {"transporter_id": last, "override_reason": "Is on the way."}
        )
    )
    table = _riders([(keys[2], 45), (keys[1], 40), (keys[0], 45), (keys[0], 40)])
    async with world.server.services.database.transaction() as plan:
        await plan.fetch("SELECT id FROM deliveries WHERE id = $1 FOR UPDATE", given["id"])
        importing = asyncio.ensure_future(hand_in(admin, "transporters", table, dry_run=False, skip_bad_rows=True))
        await until(lambda: somebody_waits(world), "the table waits for the plan")
        for one in (first, same, last):
            await plan.fetch("SELECT id FROM transporters WHERE id = $1 FOR UPDATE", one)
    told = ok(await importing)
    assert (told["changed"], told["unchanged"], told["bad"]) == (2, 1, 1)


async def test_a_table_writes_nothing_down_of_somebody_whose_account_is_deleted(world: World, hand_in: HandIn) -> None:
    admin, key = await world.admin(), uuid4().hex
    ok(await hand_in(admin, "transporters", _riders([(key, 40)]), dry_run=False))
    [found] = ok(await admin.get("/api/v1/users/", email=f"{key}@example.com"))["results"]
    services = world.server.services
    async with services.database.work() as work:
        await services.accounts.deletion(work).delete(found["id"], OPERATOR)
    told = ok(await hand_in(admin, "transporters", _riders([(key, 45)]), dry_run=False))
    assert (told["changed"], told["unchanged"]) == (0, 1)


def _riders(weights: Iterable[tuple[str, int]]) -> str:
    head = "external_id,email,name,phone,vehicle_type,capacity_kg\n"
    return head + "".join(
        f"{key},{key}@example.com,Some Rider,+977-9841555555,motorcycle,{weight}\n" for key, weight in weights
    )


async def test_deliveries_are_made_once_for_each_sale(world: World, hand_in: HandIn) -> None:
    admin, bought = await world.admin(), await world.bought()
    body = delivery_body(bought.sale_id)
    table = ",".join(body) + "\n" + ",".join(f'"{value}"' for value in body.values()) + "\n"
    first = ok(await hand_in(admin, "deliveries", table, dry_run=False))
    assert (first["made"], first["problems"]) == (1, [])
    again = ok(await hand_in(admin, "deliveries", table, dry_run=False))
    assert (again["made"], again["unchanged"]) == (0, 1)
    nobody = ok(await hand_in(admin, "deliveries", table.replace(f'"{bought.sale_id}"', f'"{2**61}"')))
    assert "no such sale" in nobody["problems"][0]["detail"].lower()


async def test_an_import_stands_in_the_audit_log(world: World, hand_in: HandIn) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    told = ok(await hand_in(seller, "products", f"{PRODUCTS}a,Rice,100,5\n", dry_run=False))
    [event] = ok(await admin.get("/api/v1/audit/", action="table.imported", subject_id=str(told["id"])))["results"]
    assert (event["actor_id"], event["detail"]["made"]) == (seller.user_id, 1)
