"""What of a payment belongs to each of its sales: the goods, and of tax and shipping the part that goes with them.

The shares of all sales are together what was paid, to the paisa.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.money import to_paisa
from dispatch.payments.models import PaymentTransaction


@dataclass(frozen=True, slots=True)
class SaleShare:
    """What of a payment is for one sale, paisa."""

    goods: int
    tax: int
    shipping: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.goods + self.tax + self.shipping

    def of_pieces(self, pieces: int, others: int) -> int:
        """What of goods and tax is for so many of them: with what is for the others it is all, to the paisa."""
        return sum(portions(paisa, [others, pieces])[1] for paisa in (self.goods, self.tax))


def share_of_sale(payment: PaymentTransaction, sale_id: int) -> SaleShare:
    """The share of one of its sales; nothing for a sale that it did not pay."""
    items = sorted(payment.items, key=lambda item: item.id)
    goods = [to_paisa(item.total_amount) for item in items]
    taxed = [paisa if item.is_taxed is not False else 0 for item, paisa in zip(items, goods, strict=True)]
    tax = portions(to_paisa(payment.tax_amount), taxed if any(taxed) else goods)
    shipping = portions(to_paisa(payment.shipping_cost), goods)
    for item, *parts in zip(items, goods, tax, shipping, strict=True):
        if item.sale_id == sale_id:
            return SaleShare(*parts)
    return SaleShare(0, 0, 0)


def portions(amount_paisa: int, weights: Sequence[int]) -> list[int]:
    """An amount divided in the proportion of weights, exactly; where none weighs anything, all to the last."""
    whole = sum(weights)
    if whole == 0:
        return [0] * (len(weights) - 1) + [amount_paisa] if weights else []
    found = [amount_paisa * weight // whole for weight in weights]
    # What integer division left over goes to the largest fractions.
    fractions = sorted(range(len(weights)), key=lambda i: (-(amount_paisa * weights[i] % whole), i))
    for i in fractions[: amount_paisa - sum(found)]:
        found[i] += 1
    return found
