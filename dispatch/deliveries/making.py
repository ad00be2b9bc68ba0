"""A delivery is made of a sale: with the tariff's fee, the weight of what was sold, and what is to prove it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.fees import DeliveryFees
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.proving import Proving
from dispatch.deliveries.service import Deliveries
from dispatch.deliveries.sold_weights import sold_weight
from dispatch.errors import Invalid


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """The highest amounts that a delivery may name, NPR: they go into sums that are paid out."""

    fee: Decimal
    package_value: Decimal

    def check(self, details: Mapping[str, Any]) -> None:
        """Raises Invalid, naming each amount that is too high."""
        limits = {"delivery_fee": self.fee, "package_value": self.package_value}
        wrong = {
            field: f"must be at most {most}"
            for field, most in limits.items()
            if details.get(field) is not None and details[field] > most
        }
        if wrong:
            raise Invalid("An amount is too high.", fields=wrong)


class DeliveryMaking:
    """The deliveries that are made in one unit of work."""

    def __init__(
        self, work: Work, deliveries: Deliveries, *, limits: DeliveryLimits, fees: DeliveryFees, proving: Proving
    ) -> None:
        self._work = work
        self._deliveries = deliveries
        self._limits = limits
        self._fees = fees
        self._proving = proving

    async def create(
        self, sale_id: int, user: User | None, details: Mapping[str, Any], *, destination: int | None = None
    ) -> Delivery:
        """Make the delivery of a sale, see ``Deliveries.create``; its fee is the tariff's where it names none,
        and its weight that of what was sold.

        Raises Invalid for amounts over the limits, and where nobody has said what it weighs.
        """
        self._limits.check(details)
        if details.get("package_weight") is None:
            details = {**details, "package_weight": await sold_weight(self._work, sale_id, user)}
        tariff = None
        if details.get("delivery_fee") is None:
            tariff = await self._fees.at(self._work, details.get("pickup_lat"), details.get("pickup_lon"))
        details = await self._proving.details_of(sale_id, details)
        made = await self._deliveries.create(sale_id, user, details, tariff=tariff, destination=destination)
        await self._proving.begin(made)
        return made
