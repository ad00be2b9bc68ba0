"""An invoice as a page and as PDF, from what its JSON says.

The PDF uses the fonts that every reader has, so it needs no font file; those know Western letters only, and other
scripts are written in Latin letters there. The page shows every script as it is.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from anyascii import anyascii

from dispatch.money import display_amount
from dispatch.notifications.templates import Templates
from dispatch.payments.invoices.fiscal_year import nepal_date

WIDTHS_MM = (76, 42, 18, 27, 27)
HEADINGS = ("Product", "Seller", "Qty", "Price", "Total")
LINE_MM = 7


def _shown(amount: float) -> str:
    return display_amount(Decimal(str(amount)))


def _tax_label(invoice: Mapping[str, Any]) -> str:
    """``VAT 13 % on NPR 2,500.00``; only ``VAT`` where the rate was not written down."""
    rate, taxable = invoice["vat_rate"], invoice["taxable_amount"]
    if rate is None or taxable is None:
        return "VAT"
    return f"VAT {(Decimal(str(rate)) * 100).normalize():f} % on {_shown(taxable)}"


def shown(invoice: Mapping[str, Any]) -> dict[str, Any]:
    """The invoice with amounts and dates as people read them."""
    paid_at: datetime | None = invoice["payment_date"]
    return {
        **invoice,
        "items": [
            item | {"unit_price": _shown(item["unit_price"]), "total": _shown(item["total"])}
            for item in invoice["items"]
        ],
        "sums": [
            (label, _shown(invoice[name]))
            for label, name in (
                ("Subtotal", "subtotal"),
                (_tax_label(invoice), "tax_amount"),
                ("Shipping", "shipping_cost"),
                ("Total to pay", "total_to_pay"),
            )
        ],
        "credit_notes": [note | {"amount": _shown(note["amount"])} for note in invoice["credit_notes"]],
        "issued_on": nepal_date(invoice["issued_at"]).isoformat(),
        "paid_on": nepal_date(paid_at).isoformat() if paid_at else "",
        "status": str(invoice["status"]).replace("_", " "),
    }


def invoice_html(templates: Templates, invoice: Mapping[str, Any]) -> str:
    """The page, from the template ``invoice.html``, which a shop may replace. Raises SendRefused on a broken one."""
    return templates.page("invoice", shown(invoice))


def _latin(text: object) -> str:
    """Text that the PDF's fonts can write: what they do not know in Latin letters."""
    return "".join(char if char.isprintable() and _is_western(char) else anyascii(char) for char in str(text))


def _is_western(char: str) -> bool:
    try:
        char.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def invoice_pdf(invoice: Mapping[str, Any], part: str = "") -> bytes:
    """The PDF; ``part`` names what it is of the invoice, where it is not the whole.

    Takes some milliseconds of CPU: call it off the event loop.
    """
    from fpdf import FPDF  # noqa: PLC0415  # with its image and font libraries it is heavy, and few ask for PDFs

    told = shown(invoice)
    title = f"{part}, of invoice {told['invoice_number']}" if part else f"Invoice {told['invoice_number']}"
    pdf = FPDF()
    pdf.set_title(title)
    pdf.add_page()
    pdf.set_font("helvetica", "B", 16)
    pdf.cell(0, 10, _latin(title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=10)
    customer, issuer = told["customer"], told["issuer"]
    for line in (
        ", ".join(part for part in (issuer["name"], issuer["address"]) if part),
        f"PAN/VAT {issuer['tax_number']}" if issuer["tax_number"] else "",
        f"Fiscal year {told['fiscal_year']}, issued {told['issued_on']}, status: {told['status']}",
        f"Order {told['order_number']}, paid by {told['payment_method']} on {told['paid_on']}",
        ", ".join(customer.values()),
        told["customer_address"],
    ):
        if not line:
            continue
        pdf.multi_cell(0, 6, _latin(line), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    aligned = ("LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT")
    with pdf.table(col_widths=WIDTHS_MM, text_align=aligned, line_height=LINE_MM) as table:
        table.row(HEADINGS)
        for item in told["items"]:
            cells = (item["product_name"], item["seller"], item["quantity"], item["unit_price"], item["total"])
            table.row([_latin(cell) for cell in cells])
        for label, amount in told["sums"]:
            row = table.row()
            row.cell(label, colspan=4)
            row.cell(amount)
    for note in told["credit_notes"]:
        reason = f" ({note['reason']})" if "reason" in note else ""
        text = f"Credit note {note['credit_note_number']}: {note['amount']}{reason}"
        pdf.multi_cell(0, 6, _latin(text), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
