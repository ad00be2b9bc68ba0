"""Tables are read as people in Nepal type them and as spreadsheets write them."""

import codecs
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.imports.handing_in import HandIn, MakeWorkbook
from tests.support.world import World, delivery_body, ok

TYPED = {
    "delivery_contact_phone": "९८४१२३४५६७",
    "package_weight": "२.५",
    "delivery_fee": "१५०.५०",
    "requested_delivery_date": "2030-11-22 10:30",
    "proof_drop_off": "Photo, CODE",
    "proof_pickup": "none",
}
COUNTED = {
    "delivery_contact_phone": 9841234567,
    "package_weight": 2.5,
    "delivery_fee": 150.5,
    "requested_delivery_date": datetime(2030, 11, 22, 10, 30),  # noqa: DTZ001  a workbook's have no zone
    "proof_drop_off": "photo\ncode",
    "proof_pickup": "none",
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_digits_times_and_phones_are_read_as_they_are_typed(
    world: World, hand_in: HandIn, workbook: MakeWorkbook, kind: str
) -> None:
    """Columns in any order and case, a mark before the first, and commas for columns in which there is nothing."""
    admin, bought = await world.admin(), await world.bought()
    row: dict[str, Any] = delivery_body(bought.sale_id) | (TYPED if kind == "csv" else COUNTED)
    names = [name.replace("_", " ").title() for name in reversed(row)]
    cells = list(reversed(row.values()))
    if kind == "csv":
        lines = [",".join(f'"{cell}"' for cell in line) + ",,,\r\n" for line in (names, cells)]
        table = codecs.BOM_UTF8 + "".join(lines).encode()
    else:
        table = workbook([[*names, None, None], [*cells, None, None]])
    told = ok(await hand_in(admin, "deliveries", table, dry_run=False))
    assert (told["made"], told["problems"]) == (1, [])
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    made = ok(await admin.get(f"/api/deliveries/{sale['delivery_id']}/"))
    assert (made["delivery_contact_phone"], made["package_weight"]) == ("+977-9841234567", 2.5)
    assert float(made["delivery_fee"]) == 150.5
    wanted = datetime.fromisoformat(made["requested_delivery_date"])
    assert wanted.astimezone(UTC) == datetime(2030, 11, 22, 4, 45, tzinfo=UTC)
    assert (made["proof"]["pickup"], made["proof"]["drop_off"]) == ([], ["photo", "code"])


async def test_a_column_without_a_name_is_told_by_its_place(world: World, hand_in: HandIn) -> None:
    seller = await world.person("seller")
    refused = await hand_in(seller, "products", "external_id,,name,listed_price,,\na,?,Rice,10,,\n")
    assert (refused.status_code, refused.json()["code"]) == (400, "file_unreadable")
    assert refused.json()["errors"]["file"].startswith("of its columns column 2 has no name.")
    beyond = ok(await hand_in(seller, "products", "external_id,name,listed_price,,\na,Rice,10,,x\n"))
    assert [(one["row"], one["column"]) for one in beyond["problems"]] == [(2, "column 5")]


async def test_an_age_that_nothing_checks_is_told_at_its_column(world: World, hand_in: HandIn) -> None:
    admin, bought = await world.admin(), await world.bought()
    row = delivery_body(bought.sale_id) | {"proof_drop_off": "photo", "proof_age_minimum": "20"}
    table = ",".join(row) + "\n" + ",".join(f'"{cell}"' for cell in row.values()) + "\n"
    told = ok(await hand_in(admin, "deliveries", table))
    assert [(one["row"], one["column"]) for one in told["problems"]] == [(2, "proof_age_minimum")]
    wrong = ok(await hand_in(admin, "deliveries", table.replace('"photo"', '"fax; code"')))
    assert [(one["row"], one["column"]) for one in wrong["problems"]] == [(2, "proof_drop_off")]
    assert "photo, signature, code, barcode, age" in wrong["problems"][0]["detail"]
