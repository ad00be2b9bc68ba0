"""Payments, refunds and reviews as the contract writes them. Amounts in NPR as numbers; paisa only where it says so."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from api.http.schemas import number
from dispatch.money import from_paisa
from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.payments.settling.failures import explain
from dispatch.payments.settling.settlement import Settlement


class BankAnswer(Struct, frozen=True):
    """A bank that a payment mode can go through."""

    idx: str
    name: str
    logo: str


class GatewayMode(Struct, frozen=True):
    """A way to pay, and its banks where it has some."""

    slug: PaymentMode
    name: str
    logo: str
    items: list[BankAnswer]


class GatewaysAnswer(Struct, frozen=True):
    """The ways to pay; ``public_key`` is Khalti's for this shop, where it is set."""

    status: Literal["success"]
    data: list[GatewayMode]
    public_key: str | None


class SessionData(Struct, frozen=True):
    """The session at the gateway.

    ``amount`` is ``total_to_pay`` in NPR: ``subtotal``, ``tax_amount`` and ``shipping_cost`` together. The goods are
    held until ``held_until``, None where they are not: then they are sold if they are still there when the money
    comes, and the money goes back if not.
    """

    pidx: str
    payment_url: str
    expires_at: datetime
    gateway: PaymentMode
    amount: float
    subtotal: float
    tax_amount: float
    shipping_cost: float
    total_to_pay: float
    held_until: datetime | None


class InitiationAnswer(Struct, frozen=True):
    """Where to send the buyer."""

    status: Literal["success"]
    payment_url: str
    transaction_id: UUID
    order_number: str
    data: SessionData


class FailureData(Struct, frozen=True, kw_only=True):
    """What goes with a code, some of these. Amounts in NPR, ``session_duration`` and ``retry_after`` in seconds."""

    reason: str | UnsetType = UNSET
    khalti_status: str | UnsetType = UNSET
    pending: bool | UnsetType = UNSET
    decline_reason: str | UnsetType = UNSET
    can_retry: bool | UnsetType = UNSET
    required_amount: float | UnsetType = UNSET
    available_balance: float | UnsetType | None = UNSET
    bank: str | UnsetType | None = UNSET
    retry_after: int | UnsetType = UNSET
    session_duration: int | UnsetType = UNSET
    expired_at: datetime | UnsetType = UNSET
    payable_until: datetime | UnsetType = UNSET


class FailureAnswer(Struct, frozen=True):
    """Why a payment brought no goods."""

    status: Literal["failed"]
    message: str
    error_code: str
    data: FailureData


class InquiryData(Struct, frozen=True, kw_only=True):
    """What the gateway said when it was asked last; amounts in paisa. None where it was not asked."""

    status: str | None
    total_amount: float | None
    fee: float | None
    refunded: bool | None


class PaymentStatusData(Struct, frozen=True, kw_only=True):
    """How a payment stands. Amounts in NPR; ``khalti_amount`` is what the gateway took."""

    transaction_id: UUID
    gateway_transaction_id: str | None
    order_number: str
    payment_status: TransactionStatus
    gateway: PaymentMode
    total_amount: float
    subtotal: float
    tax_amount: float
    shipping_cost: float
    total_to_pay: float
    is_successful: bool
    khalti_amount: float | None
    created_at: datetime
    completed_at: datetime | None
    failure_reason: str | None
    failure: FailureAnswer | None
    refunded_amount: float
    inquiry_data: InquiryData


class PaymentStatusAnswer(Struct, frozen=True):
    """How a payment stands."""

    status: Literal["success"]
    data: PaymentStatusData


class SettledSale(Struct, frozen=True):
    """A sale that a payment made; ``total_amount`` in NPR."""

    id: int
    order_number: str
    product_name: str
    quantity: int
    total_amount: float
    seller: str


class SettledData(Struct, frozen=True, kw_only=True):
    """What a completed payment brought. ``transaction_id`` is the gateway's, ``payment_transaction_id`` ours."""

    transaction_id: str | None
    payment_transaction_id: UUID
    order_number: str
    amount: float
    subtotal: float
    tax_amount: float
    shipping_cost: float
    total_to_pay: float
    gateway: PaymentMode
    marketplace_sales: list[SettledSale]
    total_items: int
    processing_time: datetime


class SettledAnswer(Struct, frozen=True):
    """The payment is completed."""

    status: Literal["success"]
    message: str
    data: SettledData


class VerificationResult(Struct, frozen=True):
    """What the gateway says now, and whether it agrees with what was to be paid."""

    gateway_status: str | None
    amount_matches: bool
    transaction_valid: bool


class VerifiedData(Struct, frozen=True, kw_only=True):
    """How a payment stands after it was looked up."""

    transaction_id: UUID
    payment_status: TransactionStatus
    failure: FailureAnswer | None
    verification_result: VerificationResult
    sales_created: int
    inventory_updated: bool


class VerifiedAnswer(Struct, frozen=True):
    """The payment was looked up."""

    status: Literal["success"]
    message: str
    data: VerifiedData


class WebhookData(Struct, frozen=True):
    """How the payment of a webhook stands now."""

    transaction_id: UUID
    payment_status: TransactionStatus
    failure: FailureAnswer | None


class WebhookAnswer(Struct, frozen=True):
    """The webhook was taken."""

    status: Literal["success"]
    message: str
    data: WebhookData


def sums_in_numbers(payment: PaymentTransaction) -> dict[str, float]:
    """What is paid and its parts, by the names that cart and order give them."""
    return {name: float(amount) for name, amount in payment.sums.parts().items()}


def failure_of(payment: PaymentTransaction) -> FailureAnswer | None:
    """Why there are no goods for it, in the shape of 2.7; None while it can be paid and where it was sold."""
    failure = explain(payment)
    was_sold = payment.status is TransactionStatus.REFUNDED and payment.completed_at is not None
    if failure is None or was_sold or payment.status is TransactionStatus.PROCESSING:
        return None
    return FailureAnswer("failed", failure.message, failure.code, FailureData(**failure.data))


def payment_status_answer(payment: PaymentTransaction, refunded_paisa: int) -> PaymentStatusAnswer:
    """A payment for its owner."""
    inquiry, paid = payment.inquiry_data or {}, payment.gateway_amount_paisa
    data = PaymentStatusData(
        transaction_id=payment.transaction_id,
        gateway_transaction_id=payment.gateway_transaction_id,
        order_number=payment.order_number,
        payment_status=payment.status,
        gateway=payment.gateway,
        total_amount=float(payment.total_amount),
        **sums_in_numbers(payment),
        is_successful=payment.status is TransactionStatus.COMPLETED,
        khalti_amount=number(from_paisa(paid)) if paid is not None else None,
        created_at=payment.created_at,
        completed_at=payment.completed_at,
        failure_reason=payment.failure_reason,
        failure=failure_of(payment),
        refunded_amount=float(from_paisa(refunded_paisa)),
        inquiry_data=InquiryData(
            status=inquiry.get("status"),
            total_amount=inquiry.get("total_amount"),
            fee=inquiry.get("fee"),
            # Also what went back since the gateway was asked.
            refunded=True if refunded_paisa else inquiry.get("refunded"),
        ),
    )
    return PaymentStatusAnswer("success", data)


def settled_answer(settlement: Settlement) -> SettledAnswer:
    """A completed payment with what was sold by it."""
    payment = settlement.payment
    data = SettledData(
        transaction_id=payment.gateway_transaction_id,
        payment_transaction_id=payment.transaction_id,
        order_number=payment.order_number,
        amount=float(payment.total_amount),
        **sums_in_numbers(payment),
        gateway=payment.gateway,
        marketplace_sales=[
            SettledSale(
                sale.id,
                sale.order_number,
                sale.product_name,
                sale.quantity,
                float(sale.total_amount),
                sale.seller_name,
            )
            for sale in settlement.sales
        ],
        total_items=len(settlement.sales),
        processing_time=payment.completed_at or datetime.now(UTC),
    )
    return SettledAnswer("success", "Payment completed successfully", data)


def verified_answer(settlement: Settlement) -> VerifiedAnswer:
    """A payment after it was looked up."""
    payment = settlement.payment
    completed = payment.status is TransactionStatus.COMPLETED
    inquiry = payment.inquiry_data or {}
    data = VerifiedData(
        transaction_id=payment.transaction_id,
        payment_status=payment.status,
        failure=failure_of(payment),
        verification_result=VerificationResult(
            gateway_status=inquiry.get("status"),
            amount_matches=inquiry.get("total_amount") == int(payment.total_amount * 100),
            transaction_valid=completed,
        ),
        sales_created=len(settlement.sales),
        inventory_updated=completed,
    )
    return VerifiedAnswer("success", "Payment verification completed", data)
