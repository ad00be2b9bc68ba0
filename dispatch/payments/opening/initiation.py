"""Opening a payment: freeze what is bought, hold its stock, commit, and only then speak to the gateway."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatch.accounts.models import User
from dispatch.catalogue.sums import PriceTerms, Sums
from dispatch.database.commits import is_outage
from dispatch.database.engine import Database, DriverConnection
from dispatch.database.records import unsaved
from dispatch.errors import Invalid, PartlyDone
from dispatch.money import MAX_AMOUNT, to_paisa
from dispatch.numbers import DRAWN, Numbers
from dispatch.payments.errors import GatewayFailure
from dispatch.payments.locks import lock_all
from dispatch.payments.models import PaymentMode, PaymentTransaction, PaymentTransactionItem, TransactionStatus
from dispatch.payments.opening.banks import BANK_TYPES, check_bank
from dispatch.payments.opening.opened_payments import name_session, open_payment
from dispatch.payments.opening.prices import PriceChange, find_change, keeps_prices, reprice_order, take_over_sums
from dispatch.payments.opening.purchase import Purchase, checked_tax, freeze_lines, lock_purchase, tax_due
from dispatch.payments.opening.screening import USUAL_RULES, ReviewRules, Unusual, check_usual, hold_for_review
from dispatch.payments.opening.statements import ONE_AT_A_TIME
from dispatch.payments.opening.stock_holds import USUAL_HOLDS, HoldRules, limit_hold
from dispatch.payments.rows import mark_order_failed, save_outcome
from dispatch.payments.settling.failures import blamed_fields, explain
from dispatch.payments.stock import (
    check_available,
    let_go_of_attempts,
    lock_products,
    release_stock,
    reserve_stock,
)
from dispatch.ports import (
    Clock,
    GatewayError,
    GatewayLine,
    GatewayOutcomeUnknown,
    InitiateRequest,
    PaymentGateway,
)

log = structlog.get_logger(__name__)

# How long stock is held while the gateway has not yet said how long its session lives.
UNANSWERED_HOLD = timedelta(minutes=5)
MIN_AMOUNT = Decimal("10.00")


# The modes that go through a bank, and what the gateway calls their banks.
@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What the shop decides: tax, shipping, limits, and where the gateway sends people and finds us.

    ``prices_kept_for``: how long an order is paid at its own prices and not at those of the moment.
    """

    prices: PriceTerms
    callback_url: str
    website_url: str
    rules: ReviewRules = USUAL_RULES
    holds: HoldRules = USUAL_HOLDS
    prices_kept_for: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What the client asks for. Amounts in NPR; None leaves them to the shop."""

    cart_id: int
    gateway: PaymentMode
    bank: str | None
    return_url: str
    customer_name: str
    customer_email: str
    customer_phone: str
    tax_amount: Decimal | None = None
    shipping_cost: Decimal | None = None


class PaymentInitiation:
    """Opens payments. What is bought is on disk before the gateway hears of it."""

    def __init__(
        self,
        database: Database,
        gateway: PaymentGateway,
        terms: PaymentTerms,
        clock: Clock,
        numbers: Numbers = DRAWN,
    ) -> None:
        self._numbers = numbers
        self._database = database
        self._gateway = gateway
        self.terms = terms
        self._clock = clock

    async def initiate(self, user: User, new: NewPayment) -> PaymentTransaction:
        """Open a payment session for a cart's unpaid order, or for its items.

        Raises Invalid (empty cart, amounts, shipping, bank: the first of them; what the gateway does not take of it),
        Conflict (sold out, prices changed, too much held, held for review), Forbidden (denied) and GatewayFailure;
        after the last the attempt is closed and its stock is free again.
        """
        await check_bank(self._gateway, new.gateway, new.bank)
        try:
            async with self._database.transaction() as connection:
                written = await self._write(connection, user, new)
        except Unusual as unusual:  # what was held for it is undone; the question to an admin stays
            async with self._database.transaction() as connection:
                held = await hold_for_review(connection, user, unusual, self._clock.now())
            raise held from None
        if isinstance(written, PriceChange):
            raise written.conflict()
        return await self._open_session(written)

    async def _write(
        self, connection: DriverConnection, user: User, new: NewPayment
    ) -> PaymentTransaction | PriceChange:
        """Lock, freeze, check and hold what is bought, in the order of every payment: cart, order, products.

        Where prices changed since the order, only the order is written, and how is returned.
        """
        now = self._clock.now()
        await connection.execute(ONE_AT_A_TIME, user.id)
        purchase = await lock_purchase(connection, new.cart_id, user.id)
        products = await lock_products(connection, purchase.product_ids, purchase.purpose)
        if await let_go_of_attempts(connection, purchase.purpose, now):
            products = await lock_products(connection, purchase.product_ids, purchase.purpose)
        keep_prices = keeps_prices(purchase.order, self.terms.prices_kept_for, now)
        items = freeze_lines(purchase, products, keep_prices=keep_prices)
        due, shipping = tax_due(items, self.terms.prices), self.terms.prices.checked_shipping(new.shipping_cost)
        change = find_change(purchase, items, due, shipping)
        if change is not None and purchase.order is not None:
            _check_amount(change.new)
            await reprice_order(connection, purchase.order.order_id, items, change, now)
            return change
        subtotal = sum((item.total_amount for item in items), Decimal(0))
        payment = self._freeze(user, new, purchase, items, Sums(subtotal, checked_tax(due, new.tax_amount), shipping))
        await limit_hold(connection, payment, products, self.terms.holds, now)
        await check_usual(connection, user, payment, self.terms.rules, now)
        check_available(payment.items, products)
        if purchase.order is not None:
            await take_over_sums(connection, purchase.order, payment.sums, now)
        await open_payment(connection, payment, self._numbers.payment)
        await reserve_stock(connection, payment, now)
        return payment

    def _freeze(
        self,
        user: User,
        new: NewPayment,
        purchase: Purchase,
        items: list[PaymentTransactionItem],
        sums: Sums,
    ) -> PaymentTransaction:
        _check_amount(sums)
        now = self._clock.now()
        return unsaved(
            PaymentTransaction,
            transaction_id=uuid4(),
            user_id=user.id,
            cart_id=new.cart_id,
            order_id=purchase.order_id,
            purpose=purchase.purpose,
            gateway=new.gateway,
            bank=new.bank if new.gateway in BANK_TYPES else None,
            return_url=new.return_url,
            customer_name=new.customer_name,
            customer_email=new.customer_email,
            customer_phone=new.customer_phone,
            subtotal=sums.subtotal,
            tax_amount=sums.tax_amount,
            shipping_cost=sums.shipping_cost,
            total_amount=sums.total_to_pay,
            vat_rate=self.terms.prices.vat_rate,
            status=TransactionStatus.PROCESSING,
            holds_stock=True,
            hold_ends_at=None,
            expires_at=now + UNANSWERED_HOLD,
            created_at=now,
            updated_at=now,
            items=items,
        )

    async def _open_session(self, payment: PaymentTransaction) -> PaymentTransaction:
        try:
            opened = await self._gateway.initiate(_request_of(payment, self.terms))
        except GatewayError as error:
            try:
                await self._close_unopened(payment, error)
            except (SQLAlchemyError, OSError):  # what the gateway said is the answer; the sweeper ends the attempt
                log.warning("an attempt that was not opened is left to the sweeper", payment=payment.order_number)
                payment.status = TransactionStatus.FAILED
            if fields := blamed_fields(error):
                raise Invalid(
                    "The payment gateway does not take some of the fields.", code="INVALID_REQUEST", fields=fields
                ) from error
            failure = explain(payment, error.reason)
            known = failure if failure and failure.code != "PAYMENT_FAILED" else None
            code, data = (known.code, known.data) if known else (None, None)
            raise GatewayFailure(error.reason, code=code, data=data) from error
        payment.pidx = opened.pidx
        payment.payment_url = opened.payment_url
        payment.expires_at = opened.expires_at
        try:
            async with self._database.connection() as connection:
                await name_session(connection, payment, self._clock.now())
        except (SQLAlchemyError, OSError) as error:
            if not is_outage(error):
                raise
            log.warning("a session was opened and could not be written down", payment=payment.order_number)
            raise _unrecorded() from error
        return payment

    async def _close_unopened(self, payment: PaymentTransaction, error: GatewayError) -> None:
        """Free the stock at once. With an unknown outcome a session may exist, but nobody has its address."""
        now = self._clock.now()
        unknown = isinstance(error, GatewayOutcomeUnknown)
        async with self._database.transaction() as connection:
            locked = (await lock_all(connection, payment)).payment
            await release_stock(connection, locked, now)
            locked.status, locked.ended_at = TransactionStatus.FAILED, now
            locked.failure_reason = f"{'Outcome unknown' if unknown else 'Not opened'}: {error.reason}"[:300]
            await save_outcome(connection, locked, now)
            await mark_order_failed(connection, locked, now)
        payment.status, payment.failure_reason = locked.status, locked.failure_reason


def _unrecorded() -> PartlyDone:
    return PartlyDone(
        "The gateway opened the payment, but the database did not take its address. Nobody can pay it, nothing is "
        "charged, and it ends by itself within minutes; open the payment again.",
        code="PAYMENT_NOT_RECORDED",
    )


def _check_amount(sums: Sums) -> None:
    if not MIN_AMOUNT <= sums.total_to_pay <= MAX_AMOUNT:
        raise Invalid(
            f"A payment must be between NPR {MIN_AMOUNT} and {MAX_AMOUNT}.",
            code="INVALID_AMOUNT",
            fields={"cart_id": f"comes to NPR {sums.total_to_pay}"},
        )


def _request_of(payment: PaymentTransaction, terms: PaymentTerms) -> InitiateRequest:
    return InitiateRequest(
        amount_paisa=to_paisa(payment.total_amount),
        purchase_order_id=str(payment.transaction_id),
        purchase_order_name=payment.order_number,
        return_url=terms.callback_url,
        website_url=terms.website_url,
        customer_name=payment.customer_name,
        customer_email=payment.customer_email,
        customer_phone=payment.customer_phone,
        mode=payment.gateway.value,
        bank=payment.bank,
        lines=tuple(
            GatewayLine(
                identity=str(item.product_id),
                name=item.product_name,
                quantity=item.quantity,
                unit_price_paisa=to_paisa(item.unit_price),
                total_price_paisa=to_paisa(item.total_amount),
            )
            for item in payment.items
        ),
        breakdown=tuple(
            (label, to_paisa(amount))
            for label, amount in (
                ("Subtotal", payment.subtotal),
                ("VAT", payment.tax_amount),
                ("Shipping", payment.shipping_cost),
            )
            if amount
        ),
    )
