"""What a purchase costs in all: its goods, the tax on them, the shipping, and the whole that is to be paid.

Cart, order, payment, invoice and messages all name the parts alike: ``subtotal``, ``tax_amount``, ``shipping_cost`` and
``total_to_pay``, which is their sum to the paisa.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dispatch.errors import Invalid
from dispatch.money import round_amount

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sums:
    """The parts of what is to be paid, NPR."""

    subtotal: Decimal
    tax_amount: Decimal
    shipping_cost: Decimal

    @property
    def total_to_pay(self) -> Decimal:
        """Everything together."""
        return self.subtotal + self.tax_amount + self.shipping_cost

    def parts(self) -> dict[str, Decimal]:
        """The parts and the whole by the names that answers give them."""
        return {
            "subtotal": self.subtotal,
            "tax_amount": self.tax_amount,
            "shipping_cost": self.shipping_cost,
            "total_to_pay": self.total_to_pay,
        }


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """What the shop decides: VAT on taxed goods, what shipping costs, and what a buyer may choose beside that."""

    vat_rate: Decimal
    shipping_cost: Decimal
    other_shipping_costs: tuple[Decimal, ...] = ()

    def tax_of(self, lines: Iterable[tuple[Decimal, bool]]) -> Decimal:
        """VAT on lines of (amount, whether it is taxed): rounded once, on the sum."""
        return round_amount(sum((amount for amount, is_taxed in lines if is_taxed), ZERO) * self.vat_rate)

    def sums_of(self, lines: Iterable[tuple[Decimal, bool]]) -> Sums:
        """What lines of (amount, whether it is taxed) cost with the usual shipping; nothing costs nothing."""
        known = list(lines)
        subtotal = sum((amount for amount, _ in known), ZERO)
        return Sums(subtotal, self.tax_of(known), self.shipping_cost if known else ZERO)

    def checked_shipping(self, asked: Decimal | None) -> Decimal:
        """What shipping costs: the usual cost, or what the buyer chose. Raises Invalid where the shop has no such."""
        allowed = sorted({self.shipping_cost, *self.other_shipping_costs})
        if asked is None or asked in allowed:
            return self.shipping_cost if asked is None else asked
        costs = " or ".join(str(cost) for cost in allowed)
        raise Invalid(
            f"Shipping costs {costs} here.",
            code="SHIPPING_MISMATCH",
            fields={"shipping_cost": f"must be {costs}; leave it out and it is {self.shipping_cost}"},
        )
