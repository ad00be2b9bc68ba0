"""Amounts: Decimal rupees inside, integer paisa at the gateway's border."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCY = "NPR"
CENT = Decimal("0.01")
# Numeric(12, 2) in the database: the largest amount that a column holds.
MAX_AMOUNT = Decimal("9999999999.99")


def round_amount(amount: Decimal) -> Decimal:
    """Round to whole paisa, half up, as invoices do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_paisa(amount: Decimal) -> int:
    """Rupees with at most two decimals to whole paisa. Raises ValueError where paisa would be lost."""
    paisa = amount * 100
    if paisa != paisa.to_integral_value():
        raise ValueError(f"{amount} has fractions of a paisa")
    return int(paisa)


def from_paisa(amount_paisa: int) -> Decimal:
    """Whole paisa to rupees with two decimals."""
    return (Decimal(amount_paisa) / 100).quantize(CENT)


def display_amount(amount: Decimal) -> str:
    """The amount as people read it: ``NPR 2,500.00``."""
    return f"{CURRENCY} {amount:,.2f}"
