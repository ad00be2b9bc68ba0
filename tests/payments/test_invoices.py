"""Invoices: the contract's JSON, numbers without gaps, corrections by credit note."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from dispatch.payments.invoices.fiscal_year import fiscal_year, fiscal_year_name
from dispatch.payments.invoices.issuing import Issuer
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.rows import get_by_pidx
from dispatch.payments.settling.settlement import PaymentSettlement
from tests.support.checkout import Checkout
from tests.support.pdfs import written_in
from tests.support.world import World, ok


def path_of(transaction_id: str) -> str:
    return f"/api/v1/payments/{transaction_id}/invoice/"


async def test_an_invoice_says_who_bought_what_for_how_much(checkout: Checkout) -> None:
    paid = await checkout.paid()
    invoice = ok(await paid.customer.get(path_of(paid.transaction_id)))
    assert invoice["invoice_number"].startswith("INV-")
    assert invoice["transaction_id"] == paid.transaction_id
    assert invoice["customer"] == {"name": "John Doe", "email": "john@example.com", "phone": "+977-9841234567"}
    assert invoice["items"] == [
        {
            "product_name": "Organic Rice",
            "quantity": 2,
            "unit_price": 1250.00,
            "total": 2500.00,
            "seller": "farmer_john",
        }
    ]
    amounts = [invoice[name] for name in ("subtotal", "tax_amount", "shipping_cost", "total_amount")]
    assert amounts == [2500.00, 325.00, 100.00, 2925.00]
    assert (invoice["payment_method"], invoice["status"], invoice["credit_notes"]) == ("KHALTI", "paid", [])
    assert invoice["payment_date"].endswith("Z")


async def test_an_invoice_names_its_issuer_the_buyers_address_and_the_vat_rate(checkout: Checkout) -> None:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "completed")
    services = checkout.services
    issuer = Issuer("Kathmandu Bazaar Pvt. Ltd.", "Durbar Marg, Kathmandu", "609876543")
    settlement = PaymentSettlement(services.database, services.payments.gateway, services.clock, issuer)
    await settlement.settle(await get_by_pidx(services.database, opened.pidx))
    path = path_of(opened.transaction_id)
    invoice = ok(await opened.customer.get(path))
    assert invoice["issuer"] == {
        "name": "Kathmandu Bazaar Pvt. Ltd.",
        "address": "Durbar Marg, Kathmandu",
        "tax_number": "609876543",
    }
    assert invoice["customer_address"].startswith("Thamel, Kathmandu")
    assert (invoice["vat_rate"], invoice["taxable_amount"]) == (0.13, 2500.00)
    page = (await opened.customer.get(path, format="html")).text
    for words in (*invoice["issuer"].values(), "Thamel, Kathmandu", "VAT 13 % on NPR 2,500.00", "NPR 2,925.00"):
        assert words in page
    pdf = written_in((await opened.customer.get(path, format="pdf")).content)
    for words in (*invoice["issuer"].values(), "VAT 13 % on NPR 2,500.00", "NPR 2,925.00"):
        assert words in pdf


async def test_an_invoice_is_for_its_buyer_and_admins_and_only_once_it_is_paid(
    world: World, checkout: Checkout
) -> None:
    paid, unpaid = await checkout.paid(), await checkout.opened()
    stranger, admin = await world.person("customer"), await world.admin()
    assert ok(await admin.get(path_of(paid.transaction_id)))["status"] == "paid"
    assert (await stranger.get(path_of(paid.transaction_id))).status_code == 404
    assert (await world.http.get(path_of(paid.transaction_id))).status_code == 401
    assert (await unpaid.customer.get(path_of(unpaid.transaction_id))).status_code == 409
    assert (await paid.customer.get(path_of("nonsense"))).status_code == 404


async def test_numbers_have_no_gap_whoever_settles_at_once_and_whatever_fails(world: World, checkout: Checkout) -> None:
    opened = await asyncio.gather(*(checkout.opened(stock=2) for _ in range(8)))
    for index, payment in enumerate(opened):
        await world.at_gateway(payment.pidx, "canceled" if index % 4 == 3 else "completed")
    replies = await asyncio.gather(*(checkout.callback(payment.pidx) for payment in opened for _ in range(3)))
    assert {reply.status_code for reply in replies} == {200, 400}
    numbers = sorted(
        [
            int(ok(await payment.customer.get(path_of(payment.transaction_id)))["invoice_number"].rpartition("-")[2])
            for index, payment in enumerate(opened)
            if index % 4 != 3
        ]
    )
    async with checkout.services.database.work() as work:  # the server may settle what others left open meanwhile
        between = Invoice.number.between(numbers[0], numbers[-1]), Invoice.fiscal_year == fiscal_year(datetime.now(UTC))
        all_of_them = await work.session.scalars(select(Invoice.number).where(*between).order_by(Invoice.number))
        assert list(all_of_them) == list(range(numbers[0], numbers[-1] + 1))
    assert len(set(numbers)) == 6


async def test_a_refund_leaves_the_invoice_alone_and_adds_a_credit_note(world: World, checkout: Checkout) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    before = ok(await paid.customer.get(path_of(paid.transaction_id)))
    refund = f"/api/v1/marketplace/orders/{paid.order_id}/refund/"
    ok(await admin.post(refund, {"amount": "25.50", "reason": "One bag was torn"}))
    partly = ok(await paid.customer.get(path_of(paid.transaction_id)))
    assert partly["status"] == "partially_refunded"
    assert [(note["amount"], note["reason"]) for note in partly["credit_notes"]] == [(25.50, "One bag was torn")]
    assert partly["credit_notes"][0]["credit_note_number"].startswith("CN-")
    ok(await admin.post(refund, {}))
    after = ok(await paid.customer.get(path_of(paid.transaction_id)))
    assert after["status"] == "refunded"
    changed = {"status", "credit_notes"}
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}


@pytest.mark.parametrize(
    ("moment", "year", "name"),
    [
        (datetime(2024, 7, 15, 18, 14, tzinfo=UTC), 2023, "2080/81"),
        (datetime(2024, 7, 15, 18, 15, tzinfo=UTC), 2024, "2081/82"),
        (datetime(2025, 7, 16, 18, 14, tzinfo=UTC), 2024, "2081/82"),
        (datetime(2025, 7, 16, 18, 15, tzinfo=UTC), 2025, "2082/83"),
        (datetime(2026, 1, 1, tzinfo=UTC), 2025, "2082/83"),
    ],
)
def test_the_fiscal_year_begins_at_midnight_in_nepal_in_the_middle_of_july(
    moment: datetime, year: int, name: str
) -> None:
    assert fiscal_year(moment) == year
    assert fiscal_year_name(fiscal_year(moment)) == name


async def test_an_invoice_is_also_a_page_and_a_pdf_in_every_script(world: World, checkout: Checkout) -> None:
    paid = await checkout.paid(customer_name="सीता <b>Rai</b> Ł")
    path = path_of(paid.transaction_id)
    page = await paid.customer.get(path, format="html")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "सीता &lt;b&gt;Rai&lt;/b&gt; Ł" in page.text
    assert "NPR 2,925.00" in page.text
    pdf = await paid.customer.get(path, format="pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content.rstrip().endswith(b"%%EOF")
    assert (await paid.customer.get(path, format="docx")).status_code == 400
    assert (await (await world.person()).get(path, format="pdf")).status_code == 404
