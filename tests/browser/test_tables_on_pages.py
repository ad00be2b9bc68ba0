"""Admins hand in tables of transporters and deliveries on the operations page, and take them out."""

from uuid import uuid4

import pytest
from playwright.async_api import FilePayload, expect
from sqlalchemy import text

from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window, unreached, violations
from tests.support.waiting import until
from tests.support.world import Person, World, delivery_body, ok

HEAD = "external_id,email,name,phone,vehicle_type,capacity_kg\n"


def _csv(content: str) -> FilePayload:
    return FilePayload(name="table.csv", mimeType="text/csv", buffer=content.encode())


def _riders(count: int, mark: str) -> str:
    return "".join(
        f"{mark}-{one},{mark}-{one}@example.com,Rider {one},+977-9841555555,motorcycle,40\n" for one in range(count)
    )


async def test_an_admin_sees_what_is_wrong_with_a_table_of_transporters_by_row_and_column_and_writes_the_rest(
    world: World, window: Window
) -> None:
    admin, mark = await world.admin(), uuid4().hex[:8]
    page = await signed_in(window, "/ops/tables", admin)
    await expect(page.get_by_role("button", name="A table to begin with, CSV")).to_be_visible()
    assert await unreached(page) == []
    wrong = f"{HEAD}{_riders(1, mark)}{mark}-x,x@example.com,Somebody,nobody,motorcycle,many\n"
    await page.locator("input[type=file]").set_input_files(_csv(wrong))
    looked_at = page.locator("[data-import=looked_at]")
    await looked_at.get_by_label("Show").select_option("bad")
    await expect(looked_at.locator("tbody tr")).to_have_count(1)
    await expect(looked_at.locator("tbody tr")).to_contain_text("phone: must be a phone number")
    await expect(looked_at.locator("tbody tr")).to_contain_text("capacity_kg: ")
    assert await violations(page) == []
    await looked_at.get_by_label("Leave out the wrong rows").check()
    await looked_at.get_by_role("button", name="Make and change them").click()
    await expect(page.locator("[data-import=written]")).to_contain_text("1 new")
    [made] = ok(await admin.get("/api/v1/users/", email=f"{mark}-0@example.com"))["results"]
    assert made["roles"] == ["transporter"]
    async with page.expect_download() as given:
        await page.get_by_role("button", name="All transporters as a table, CSV").click()
    assert f"{mark}-0@example.com" in (await (await given.value).path()).read_text()


@pytest.mark.slow
async def test_a_large_table_is_taken_by_a_job_and_stands_there_after_a_reload(world: World, window: Window) -> None:
    """Large by what is in its cells."""
    admin, mark = await world.admin(), uuid4().hex[:8]
    table = _csv(HEAD + _riders(250, mark).replace("Rider ", f"Rider {'of a long name ' * 6}").replace(mark, mark * 4))
    assert len(table["buffer"]) > 50_000
    page = await signed_in(window, "/ops/tables", admin)
    await page.locator("input[type=file]").set_input_files(table)
    await page.wait_for_url("**/ops/tables?table=*")
    await page.reload()
    looked_at = page.locator("[data-import=looked_at]")
    await _ended(world, admin, 1)
    await expect(looked_at).to_contain_text("250 new")
    await expect(looked_at).to_contain_text("choose the same table again")
    await page.locator("input[type=file]").set_input_files(table)
    await _ended(world, admin, 2)
    await looked_at.get_by_role("button", name="Make and change them").click()
    await _ended(world, admin, 3)
    await expect(page.locator("[data-import=written]")).to_contain_text("250 new")


async def _ended(world: World, admin: Person, count: int) -> None:
    """So many tables of this person were taken, however long a busy machine takes."""

    async def ended() -> bool:
        query = text("SELECT count(*) FROM import_runs WHERE user_id = :who AND state = 'done'")
        async with world.server.services.database.work() as work:
            return bool(await work.session.scalar(query.bindparams(who=admin.user_id)) == count)

    await until(ended, "the tables were taken")


async def test_deliveries_come_in_from_a_table_with_what_they_require(world: World, window: Window) -> None:
    admin, bought = await world.admin(), await world.bought()
    page = await signed_in(window, "/ops/tables", admin)
    await page.get_by_label("What the table has").select_option("deliveries")
    body = delivery_body(bought.sale_id) | {"proof_pickup": "photo, barcode"}
    table = ",".join(body) + "\n" + ",".join(f'"{value}"' for value in body.values()) + "\n"
    await page.locator("input[type=file]").set_input_files(_csv(table))
    await page.locator("[data-import=looked_at]").get_by_role("button", name="Make the deliveries").click()
    await expect(page.locator("[data-import=written]")).to_contain_text("1 new")
    sale = ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))
    made = ok(await admin.get(f"/api/deliveries/{sale['delivery_id']}/"))
    assert made["proof"]["pickup"] == ["photo", "barcode"]
