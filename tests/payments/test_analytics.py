"""Figures for sellers and buyers, and that refunds and cancellations show in them."""

import csv
import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from api.http.csv_cells import safe_cell
from dispatch.sales.models import Sale
from tests.support.checkout import Checkout
from tests.support.world import World, ok


async def test_a_seller_sees_sales_revenue_and_inventory_with_refunds_taken_off(
    world: World, checkout: Checkout
) -> None:
    paid, admin = await checkout.paid(quantity=2, stock=10), await world.admin()
    unsold = await world.product(paid.seller, stock=4)
    products = ok(await paid.seller.get("/api/marketplace/analytics/products/"))
    assert [row["product_id"] for row in products] == [paid.product_id, unsold]
    assert (products[0]["sales_count"], products[0]["units_sold"], products[0]["available"]) == (1, 2, 8)
    assert (products[0]["gross"], products[0]["revenue"]) == (2500.00, 2500.00)
    assert (products[1]["sales_count"], products[1]["revenue"], products[1]["stock"]) == (0, 0.0, 4)

    refund = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    ok(await admin.post(refund, {"amount": "292.50"}))  # a tenth of all: a tenth of the sale, too
    revenue = ok(await paid.seller.get("/api/marketplace/analytics/revenue/"))
    assert (revenue["gross"], revenue["refunded"], revenue["revenue"]) == (2500.00, 250.00, 2250.00)
    assert [day["revenue"] for day in revenue["days"]] == [2250.00]

    ok(await paid.customer.post(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/"))
    after = ok(await paid.seller.get("/api/marketplace/analytics/products/"))[0]
    assert (after["revenue"], after["units_sold"], after["available"]) == (0.0, 0, 10)
    history = ok(await paid.customer.get("/api/marketplace/analytics/purchases/"))
    assert [(row["product_id"], row["payment_status"]) for row in history["results"]] == [(paid.product_id, "refunded")]


async def test_revenue_tells_the_newest_days_how_many_came_before_and_the_sum_of_all(checkout: Checkout) -> None:
    paid = await checkout.paid()
    async with checkout.services.database.work() as work:
        (sale,) = await work.session.scalars(select(Sale).where(Sale.seller_id == paid.seller.user_id))
        own = {"id", "order_number", "created_at"}
        columns = ", ".join(one.name for one in Sale.__table__.columns if one.name not in own)
        again = f"""
            INSERT INTO sales ({columns}, order_number, created_at)
            SELECT {columns}, 'OLD-' || id || '-' || n, TIMESTAMPTZ '2024-03-01 06:00+00' + n * INTERVAL '1 day'
            FROM sales, generate_series(1, 400) AS n
            WHERE sales.id = {sale.id}
        """  # noqa: S608  the columns are the table's
        await work.session.execute(text(again))
    path = "/api/marketplace/analytics/revenue/"
    newest = ok(await paid.seller.get(path))
    assert (newest["sales_count"], len(newest["days"]), newest["earlier_days"]) == (401, 92, 401 - 92)
    rest = ok(await paid.seller.get(path, date_to="2024-03-31", max_days=7))
    assert [one["day"] for one in rest["days"]] == [f"2024-03-{day}" for day in range(25, 32)]
    assert (rest["sales_count"], rest["earlier_days"]) == (30, 23)
    for wrong in (0, 367, "all"):
        assert "max_days" in ok(await paid.seller.get(path, max_days=wrong), 400)["errors"]


async def test_the_sales_report_says_the_same_as_json_and_as_csv(world: World, checkout: Checkout) -> None:
    paid = await checkout.paid()
    await world.product(paid.seller, name="=HYPERLINK(1)")
    report = ok(await paid.seller.get("/api/marketplace/sales/report/"))
    assert report["totals"]["revenue"] == sum(row["revenue"] for row in report["products"]) == 2500.00
    reply = await paid.seller.get("/api/marketplace/sales/report/", format="csv")
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [float(row["revenue"]) for row in rows] == [row["revenue"] for row in report["products"]]
    assert rows[1]["product_name"] == "'=HYPERLINK(1)"
    nothing = ok(await paid.seller.get("/api/marketplace/sales/report/", date_to="2020-01-01"))
    assert nothing["totals"]["sales_count"] == 0


async def test_a_full_width_sign_of_a_formula_is_defused_in_the_report(world: World) -> None:
    seller = await world.person("seller")
    await world.product(seller, name="\uff1dHYPERLINK(1)")
    reply = await seller.get("/api/marketplace/sales/report/", format="csv")
    (row,) = csv.DictReader(io.StringIO(reply.text))
    assert row["product_name"] == "'\uff1dHYPERLINK(1)"


async def test_figures_are_for_their_seller_and_for_admins(world: World, checkout: Checkout) -> None:
    paid, other, admin = await checkout.paid(), await world.person("seller"), await world.admin()
    path = "/api/marketplace/sales/report/"
    assert ok(await other.get(path))["products"] == []
    assert ok(await other.get(path, seller_id=paid.seller.user_id))["products"] == []
    assert ok(await admin.get(path, seller_id=paid.seller.user_id))["totals"]["sales_count"] == 1
    assert (await paid.customer.get(path)).status_code == 403
    assert (await paid.seller.get("/api/marketplace/analytics/purchases/")).status_code == 403


@pytest.mark.parametrize("query", [{"date_from": "soon"}, {"seller_id": 2**70}, {"format": "xml"}])
async def test_a_report_that_cannot_be_is_400(world: World, query: dict[str, str]) -> None:
    assert (await (await world.admin()).get("/api/marketplace/sales/report/", **query)).status_code == 400


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1+1",
        "\u00a0=1+1",
        "\u200b=1+1",
        "\n@SUM",
        "\t=1",
        "\uff1d1+1",
        "\uff20SUM",
        "\u22121",
    ],
)
def test_no_cell_is_a_formula_however_it_begins(name: str) -> None:
    assert safe_cell(name) == f"'{name}"


@pytest.mark.parametrize("value", ["Organic Rice", "Rice = good", "५ kg", "", None, -5, -12.5])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == ("" if value is None else str(value))


async def test_a_day_of_a_report_is_a_day_in_nepal_as_its_rows_are(checkout: Checkout) -> None:
    paid = await checkout.paid()
    just_after_midnight = datetime(2026, 3, 1, 18, 20, tzinfo=UTC)  # 00:05 on 2 March in Nepal
    async with checkout.services.database.work() as work:
        await work.session.execute(
            update(Sale).where(Sale.seller_id == paid.seller.user_id).values(created_at=just_after_midnight)
        )
    path = "/api/marketplace/analytics/revenue/"
    revenue = ok(await paid.seller.get(path, date_from="2026-03-02", date_to="2026-03-02"))
    assert [day["day"] for day in revenue["days"]] == ["2026-03-02"]
    assert ok(await paid.seller.get(path, date_from="2026-03-01", date_to="2026-03-01"))["days"] == []
    report = "/api/marketplace/sales/report/"
    assert ok(await paid.seller.get(report, date_from="2026-03-02"))["totals"]["sales_count"] == 1
    assert ok(await paid.seller.get(report, date_to="2026-03-01"))["totals"]["sales_count"] == 0
