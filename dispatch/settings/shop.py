"""The shop's terms: tax, shipping, prices, invoices, objections."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dispatch.settings.section import Section


class ShopSettings(Section):
    """The shop's terms: tax, shipping, prices, invoices, objections."""

    vat_rate: Decimal = Field(Decimal("0.13"), ge=0, le=1, description="VAT on products of the standard tax class.")
    shipping_cost: Decimal = Field(
        Decimal("100.00"), ge=0, le=1_000_000, decimal_places=2, description="Shipping of an order, NPR."
    )
    other_shipping_costs: tuple[Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)], ...] = Field(
        (),
        description="What a buyer may choose as `shipping_cost` beside `DISPATCH_SHIPPING_COST`, NPR, as JSON: "
        '`["0.00", "250.00"]`.',
    )
    order_prices_kept_s: int = Field(
        0,
        ge=0,
        le=365 * 86400,
        description="How long an order is paid at its own prices, seconds; later at those of the moment, which the "
        "buyer is told first.",
    )
    order_expires_h: float = Field(
        24.0, ge=0, le=24 * 365, description="Unpaid orders are cancelled after so many hours; 0 keeps them."
    )
    unpaid_orders: int = Field(20, ge=1, le=10_000, description="Unpaid orders that a user may have at once.")
    estimates_per_minute: int = Field(
        30, ge=1, le=100_000, description="Estimates of delivery that a user may ask for in a minute, before paying."
    )
    invoice_issuer: str = Field("", max_length=200, description="Seller of record on invoices: its registered name.")
    invoice_address: str = Field("", max_length=300, description="Address of the seller of record.")
    invoice_tax_number: str = Field(
        "", max_length=30, description="PAN or VAT number of the seller of record, on invoices."
    )
    objection_s: int = Field(
        3 * 86400,
        ge=0,
        description="How long a buyer may object to a seller's or a courier's word that the goods arrived, seconds; so "
        "long after the last of its goods arrived an order is completed.",
    )
