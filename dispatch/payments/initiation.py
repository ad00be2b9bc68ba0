"""Opening a payment: freeze what is bought, hold its stock, commit, and only then speak to the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.carts.models import Cart
from dispatch.carts.service import Carts
from dispatch.catalogue.models import Product, TaxClass
from dispatch.catalogue.service import lock_products
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.money import MAX_AMOUNT, round_amount, to_paisa
from dispatch.numbers import payment_number
from dispatch.orders.models import Order, OrderStatus
from dispatch.payments.errors import GatewayFailure
from dispatch.payments.failures import explain
from dispatch.payments.models import (
    PaymentMode,
    PaymentTransaction,
    PaymentTransactionItem,
    TransactionStatus,
)
from dispatch.payments.review import USUAL_RULES, PaymentReviews, ReviewRules
from dispatch.payments.stock import let_go_of_attempts, release_stock, reserve_stock
from dispatch.ports import (
    Clock,
    GatewayError,
    GatewayLine,
    GatewayOutcomeUnknown,
    InitiateRequest,
    PaymentGateway,
)

# How long stock is held while the gateway has not yet said how long its session lives.
UNANSWERED_HOLD = timedelta(minutes=5)
MIN_AMOUNT = Decimal("10.00")
# The modes that go through a bank, and what the gateway calls their banks.
BANK_TYPES = {PaymentMode.EBANKING: "ebanking", PaymentMode.MOBILE_BANKING: "mobilecheckout"}


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What the shop decides: tax rate, shipping, and where the gateway sends people and finds us."""

    vat_rate: Decimal
    shipping_cost: Decimal
    callback_url: str
    website_url: str
    rules: ReviewRules = USUAL_RULES


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


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is paid for: lines at frozen prices."""

    purpose: str
    order_id: int | None
    lines: Sequence[tuple[int, int, Decimal]]
    """(product_id, quantity, unit_price)"""


class PaymentInitiation:
    """Opens payments in one unit of work, which it commits before it calls the gateway."""

    def __init__(self, work: Work, gateway: PaymentGateway, terms: PaymentTerms, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._gateway = gateway
        self._terms = terms
        self._clock = clock

    async def initiate(self, user: User, new: NewPayment) -> PaymentTransaction:
        """Open a payment session for a cart's unpaid order, or for its items.

        Raises Invalid (empty cart, amounts, bank), Conflict (sold out) and GatewayFailure; after the last the
        attempt is closed and its stock is free again.
        """
        await self._check_bank(new)
        cart = await Carts(self._work).get(new.cart_id, user, lock=True)
        purchase = await self._what_is_bought(cart)
        products = await lock_products(self._work, [product_id for product_id, _, _ in purchase.lines])
        await let_go_of_attempts(self._work, purchase.purpose, products)
        payment = self._freeze(user, new, purchase, products)
        await PaymentReviews(self._work, self._clock).check(user, payment, self._terms.rules)
        reserve_stock(payment, products)
        self._session.add(payment)
        await self._work.commit()
        return await self._open_session(payment)

    async def _check_bank(self, new: NewPayment) -> None:
        payment_type = BANK_TYPES.get(new.gateway)
        if payment_type is None:
            return
        if not new.bank:
            raise Invalid(
                f"{new.gateway.value} needs a bank.",
                code="BANK_REQUIRED",
                fields={"bank": "is required for MOBILE_BANKING and EBANKING; see /api/v1/payments/gateways/"},
            )
        try:
            banks = await self._gateway.list_banks(payment_type)
        except GatewayError:
            return  # the gateway itself will say whether it knows the bank
        if new.bank not in {bank.idx for bank in banks}:
            raise Invalid(
                f"{new.bank} is not a bank that {new.gateway.value} reaches.",
                code="INVALID_BANK",
                fields={"bank": "is not in the list of /api/v1/payments/gateways/"},
            )

    async def _what_is_bought(self, cart: Cart) -> Purchase:
        order = await self._session.scalar(
            select(Order)
            .where(Order.cart_id == cart.id, Order.order_status == OrderStatus.PENDING)
            .order_by(Order.id.desc())
            .limit(1)
            .options(selectinload(Order.items))
            .with_for_update(of=Order)
        )
        if order is not None and not order.is_paid:
            return Purchase(
                f"order:{order.id}",
                order.id,
                [(item.product_id, item.quantity, item.unit_price) for item in order.items],
            )
        if not cart.items:
            raise Invalid("Cart is empty", code="EMPTY_CART")
        return Purchase(
            f"cart:{cart.id}:{cart.generation}",
            None,
            [(item.product_id, item.quantity, item.product.price) for item in cart.items],
        )

    def _freeze(
        self, user: User, new: NewPayment, purchase: Purchase, products: dict[int, Product]
    ) -> PaymentTransaction:
        items = [
            PaymentTransactionItem(
                product_id=product_id,
                seller_id=products[product_id].seller_id,
                seller_name=products[product_id].seller.name,
                product_name=products[product_id].name,
                quantity=quantity,
                unit_price=unit_price,
                total_amount=unit_price * quantity,
            )
            for product_id, quantity, unit_price in purchase.lines
        ]
        subtotal = sum((item.total_amount for item in items), Decimal(0))
        tax = self._tax(items, products, new.tax_amount)
        shipping = self._terms.shipping_cost if new.shipping_cost is None else new.shipping_cost
        total = subtotal + tax + shipping
        if not MIN_AMOUNT <= total <= MAX_AMOUNT:
            raise Invalid(f"A payment must be between NPR {MIN_AMOUNT} and {MAX_AMOUNT}.", code="INVALID_AMOUNT")
        now = self._clock.now()
        return PaymentTransaction(
            transaction_id=uuid4(),
            order_number=payment_number(now),
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
            subtotal=subtotal,
            tax_amount=tax,
            shipping_cost=shipping,
            total_amount=total,
            status=TransactionStatus.PROCESSING,
            holds_stock=False,
            expires_at=now + UNANSWERED_HOLD,
            items=items,
        )

    def _tax(self, items: list[PaymentTransactionItem], products: dict[int, Product], asked: Decimal | None) -> Decimal:
        """VAT by the products' tax classes. A client may name more (rounding line by line, say), never less."""
        taxed = sum(
            (item.total_amount for item in items if products[item.product_id].tax_class is TaxClass.STANDARD),
            Decimal(0),
        )
        due = round_amount(taxed * self._terms.vat_rate)
        if asked is not None and asked < due:
            raise Invalid(
                f"The tax of this purchase is {due}.",
                code="TAX_MISMATCH",
                fields={"tax_amount": f"must be at least {due}; leave it out and it is computed"},
            )
        return due if asked is None else asked

    async def _open_session(self, payment: PaymentTransaction) -> PaymentTransaction:
        try:
            opened = await self._gateway.initiate(_request_of(payment, self._terms))
        except GatewayError as error:
            await self._close_unopened(payment, error)
            failure = explain(payment, error.reason)
            known = failure if failure and failure.code != "PAYMENT_FAILED" else None
            code, data = (known.code, known.data) if known else (None, None)
            raise GatewayFailure(error.reason, code=code, data=data) from error
        payment.pidx = opened.pidx
        payment.payment_url = opened.payment_url
        payment.expires_at = opened.expires_at
        await self._work.commit()
        return payment

    async def _close_unopened(self, payment: PaymentTransaction, error: GatewayError) -> None:
        """Free the stock at once. With an unknown outcome a session may exist, but nobody has its address."""
        products = await lock_products(self._work, [item.product_id for item in payment.items])
        await self._session.refresh(payment, ["status", "holds_stock"], with_for_update=True)
        release_stock(payment, products)
        payment.status = TransactionStatus.FAILED
        unknown = isinstance(error, GatewayOutcomeUnknown)
        payment.failure_reason = f"{'Outcome unknown' if unknown else 'Not opened'}: {error.reason}"[:300]
        await self._work.commit()


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
