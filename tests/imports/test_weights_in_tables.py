"""Tables say what products weigh, and need not say what parcels do."""

import csv
import io

from tests.imports.handing_in import HandIn
from tests.support.weights import weighed, without_weight
from tests.support.world import World, ok


async def test_a_table_says_weights_and_has_them_and_what_it_has_no_column_for_stays(
    world: World, hand_in: HandIn
) -> None:
    seller = await world.person("seller")
    head = "external_id,name,listed_price,weight_kg\n"
    told = ok(await hand_in(seller, "products", f"{head}a,Rice,10,5\nb,Tea,20,0.25\nc,Salt,5,\n", dry_run=False))
    assert (told["bad"], told["made"]) == (0, 3)
    table = (await seller.get("/api/imports/products/table/", format="csv")).text
    rows = {row["external_id"]: row["weight_kg"] for row in csv.DictReader(io.StringIO(table))}
    assert rows == {"a": "5.0", "b": "0.25", "c": ""}
    assert ok(await hand_in(seller, "products", table, dry_run=False))["unchanged"] == 3
    ok(await hand_in(seller, "products", "external_id,name,listed_price\na,Rice,12\n", dry_run=False))
    changed = ok(await hand_in(seller, "products", f"{head}a,Rice,12,6\nb,Tea,20,\nc,Salt,5,heavy\n"))
    assert [(one["external_id"], one["columns"]) for one in changed["told"]] == [
        ("a", ["weight_kg"]),
        ("b", ["weight_kg"]),
    ]
    assert [(one["row"], one["column"]) for one in changed["problems"]] == [(4, "weight_kg")]


async def test_a_table_of_deliveries_needs_no_weights_where_products_have_them(world: World, hand_in: HandIn) -> None:
    admin, known, unknown = await world.admin(), await weighed(world, 1.5), await weighed(world, None)
    bodies = [without_weight(one.sale_id) for one in (known, unknown)]
    table = "".join(
        f"{','.join(str(value).replace(',', '') for value in row)}\n"
        for row in ([*bodies[0]], *(body.values() for body in bodies))
    )
    told = ok(await hand_in(admin, "deliveries", table, dry_run=False, skip_bad_rows=True))
    assert (told["made"], [(one["row"], one["column"]) for one in told["problems"]]) == (1, [(3, "package_weight")])
    sale = ok(await known.seller.get(f"/api/marketplace/sales/{known.sale_id}/"))
    made = ok(await admin.get(f"/api/deliveries/{sale['delivery_id']}/"))
    assert made["package_weight"] == 3
