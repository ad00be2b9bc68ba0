"""What is wrong with the fields of a payment, all at once. Opening it checks the same and stops at the first."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dispatch.accounts.models import User
from dispatch.catalogue.sums import PriceTerms
from dispatch.database.engine import Database
from dispatch.errors import DispatchError, Invalid
from dispatch.payments.models import PaymentMode
from dispatch.payments.opening.banks import check_bank
from dispatch.payments.opening.prices import keeps_prices
from dispatch.payments.opening.purchase import checked_tax, freeze_lines, lock_purchase, tax_due
from dispatch.payments.stock import lock_products
from dispatch.ports import Clock, PaymentGateway


@dataclass(frozen=True, slots=True)
class PaymentFields:
    """The fields that were sent and fit, amounts in NPR; None for any other."""

    mode: PaymentMode | None = None
    bank: str | None = None
    shipping_cost: Decimal | None = None
    tax_amount: Decimal | None = None
    cart_id: int | None = None


class FieldProblems:
    """Looks at fields, and changes nothing."""

    def __init__(
        self,
        database: Database,
        gateway: PaymentGateway,
        clock: Clock,
        prices: PriceTerms,
        *,
        prices_kept_for: timedelta,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._prices = prices
        self._prices_kept_for = prices_kept_for

    async def of_choices(self, wanted: PaymentFields) -> list[Invalid]:
        """What is wrong with the bank and the shipping."""
        found = []
        try:
            if wanted.mode is not None:
                await check_bank(self._gateway, wanted.mode, wanted.bank)
        except Invalid as error:
            found.append(error)
        try:
            self._prices.checked_shipping(wanted.shipping_cost)
        except Invalid as error:
            found.append(error)
        return found

    async def of_tax(self, user: User, wanted: PaymentFields) -> list[Invalid]:
        """What is wrong with the tax; it depends on what is in the cart, so the database is asked."""
        if wanted.tax_amount is None or wanted.cart_id is None:
            return []
        try:
            checked_tax(await self._tax_due(user, wanted.cart_id), wanted.tax_amount)
        except Invalid as error:
            return [error]
        except DispatchError:  # no such cart: nothing that is wrong with the tax
            pass
        return []

    async def _tax_due(self, user: User, cart_id: int) -> Decimal:
        async with self._database.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                purchase = await lock_purchase(connection, cart_id, user.id)
                products = await lock_products(connection, purchase.product_ids, purchase.purpose)
                keep = keeps_prices(purchase.order, self._prices_kept_for, self._clock.now())
                return tax_due(freeze_lines(purchase, products, keep_prices=keep), self._prices)
            finally:
                await transaction.rollback()
