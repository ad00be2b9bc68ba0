"""What goods weigh: kg to the gram, as parcels do."""

from decimal import Decimal
from typing import Final

GRAM: Final = Decimal("0.001")
HEAVIEST: Final = Decimal(100_000)
"""Of a product and of a parcel."""


def to_the_gram(weight_kg: float | None) -> Decimal | None:
    """A weight as it is kept; None stays None."""
    return None if weight_kg is None else Decimal(str(weight_kg)).quantize(GRAM)


def weight_of(weight_kg: Decimal | None, quantity: int) -> Decimal | None:
    """So many of a product together; None where it has no weight, or they are more than a parcel may be."""
    whole = None if weight_kg is None else weight_kg * quantity
    return whole if whole is not None and whole <= HEAVIEST else None
