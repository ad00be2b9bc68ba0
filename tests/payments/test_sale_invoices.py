"""A seller's paper of a sale: its own line of the invoice, and nothing of the others'."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.checkout import Checkout
from tests.support.pdfs import written_in
from tests.support.world import Person, World, ok

SUMS = ("subtotal", "tax_amount", "shipping_cost", "total_to_pay")


@dataclass(frozen=True)
class Shared:
    """An order of the goods of two sellers, one of them without tax."""

    customer: Person
    order_id: int
    transaction_id: str
    sellers: tuple[Person, Person]
    sales: tuple[int, int]


@pytest.fixture
async def shared(world: World, checkout: Checkout) -> Shared:
    rice, books = await world.person("seller", name="farmer_john"), await world.person("seller", name="book_sita")
    customer = await world.person("customer")
    goods = {
        await world.product(rice, name="Organic Rice", price="333.33"): 3,
        await world.product(books, name="Old Atlas", price="100.01", tax_class="exempt"): 1,
    }
    cart_id = await world.cart(customer, goods)
    order = await world.order(customer, cart_id)
    opened = await world.initiate(customer, cart_id)
    await world.at_gateway(opened["data"]["pidx"], "completed")
    ok(await checkout.callback(opened["data"]["pidx"]))
    sales = [ok(await seller.get("/api/marketplace/sales/"))["results"][0]["id"] for seller in (rice, books)]
    return Shared(customer, order["id"], opened["transaction_id"], (rice, books), (sales[0], sales[1]))


def path_of(sale_id: int) -> str:
    return f"/api/marketplace/sales/{sale_id}/invoice/"


async def papers_of(shared: Shared) -> list[dict[str, Any]]:
    return [ok(await seller.get(path_of(sale))) for seller, sale in zip(shared.sellers, shared.sales, strict=True)]


async def whole_of(shared: Shared) -> dict[str, Any]:
    whole: dict[str, Any] = ok(await shared.customer.get(f"/api/v1/payments/{shared.transaction_id}/invoice/"))
    return whole


async def test_a_seller_sees_the_own_line_with_its_tax_and_nothing_of_another_seller(shared: Shared) -> None:
    rice, books = await papers_of(shared)
    whole = await whole_of(shared)
    sale = ok(await shared.sellers[0].get(f"/api/marketplace/sales/{shared.sales[0]}/"))
    assert (rice["invoice_number"], rice["order_number"]) == (whole["invoice_number"], sale["order_number"])
    assert [item["product_name"] for item in rice["items"]] == ["Organic Rice"]
    assert (rice["subtotal"], rice["tax_amount"], rice["taxable_amount"]) == (999.99, 130.00, 999.99)
    assert (books["subtotal"], books["tax_amount"], books["taxable_amount"]) == (100.01, 0.0, 0.0)
    assert rice["customer"] == {"name": "John Doe"}
    assert rice["customer_address"].startswith("Thamel")
    for other in ("Old Atlas", "book_sita", shared.transaction_id, "john@example.com"):
        assert other not in str(rice)


async def test_the_papers_of_all_sales_are_together_the_invoice_to_the_paisa(shared: Shared) -> None:
    papers, whole = await papers_of(shared), await whole_of(shared)
    for name in SUMS:
        assert sum(round(paper[name] * 100) for paper in papers) == round(whole[name] * 100), name


async def test_a_paper_is_for_its_seller_and_admins_and_not_for_its_buyer(world: World, shared: Shared) -> None:
    mine, others = shared.sales
    assert (await shared.sellers[0].get(path_of(others))).status_code == 404
    assert (await shared.customer.get(path_of(mine))).status_code == 403
    both = await world.person("customer", "seller")
    assert (await both.get(path_of(mine))).status_code == 404
    assert ok(await (await world.admin()).get(path_of(mine)))["sale_id"] == mine


async def test_what_goes_back_of_an_order_is_told_each_seller_by_the_own_part(world: World, shared: Shared) -> None:
    admin, refund = await world.admin(), f"/api/v1/marketplace/orders/{shared.order_id}/refund/"
    assert [paper["status"] for paper in await papers_of(shared)] == ["paid", "paid"]
    ok(await admin.post(refund, {"amount": "100.00", "reason": "The atlas was torn"}))
    partly = await papers_of(shared)
    assert [paper["status"] for paper in partly] == ["partially_refunded"] * 2
    assert round(sum(paper["credit_notes"][0]["amount"] for paper in partly), 2) == 100.00
    assert "atlas" not in str(partly[0])
    ok(await admin.post(refund, {}))
    for paper in await papers_of(shared):
        assert paper["status"] == "refunded"
        assert round(sum(note["amount"] for note in paper["credit_notes"]), 2) == paper["total_amount"]


async def test_a_sale_that_is_called_off_is_given_back_on_its_own_paper_alone(shared: Shared) -> None:
    ok(await shared.sellers[0].post(f"/api/marketplace/sales/{shared.sales[0]}/cancel/", {"reason": "Sold out"}))
    off, other = await papers_of(shared)
    assert (off["status"], [note["amount"] for note in off["credit_notes"]]) == ("refunded", [off["total_amount"]])
    assert (other["status"], other["credit_notes"]) == ("paid", [])


async def test_a_paper_is_also_a_pdf_that_names_the_sale_and_its_invoice(shared: Shared) -> None:
    [paper, _] = await papers_of(shared)
    reply = await shared.sellers[0].get(path_of(shared.sales[0]), format="pdf")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
    written = written_in(reply.content)
    for words in (f"Sale {paper['order_number']}, of invoice {paper['invoice_number']}", "Organic Rice", "John Doe"):
        assert words in written
    assert "Atlas" not in written
    assert (await shared.sellers[0].get(path_of(shared.sales[0]), format="html")).status_code == 400
