"""What buyers and sellers are told when a payment got its money."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from dispatch.money import display_amount
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage
from dispatch.payments.invoices.fiscal_year import display_time
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem


class Seller(NamedTuple):
    """Whom a notice of a sale goes to."""

    name: str
    email: str


def messages_of_sale(
    payment: PaymentTransaction, order_number: str, sellers: Mapping[int, Seller], invoice_number: str
) -> list[NewMessage]:
    """Order confirmation and receipt for the buyer, a notice for each seller, an SMS for the buyer."""
    about = str(payment.transaction_id)
    number = order_number
    content = _content(payment, number) | {"invoice_number": invoice_number}
    address, buyer = payment.customer_email, payment.user_id
    by_seller: dict[int, list[PaymentTransactionItem]] = defaultdict(list)
    for item in payment.items:
        by_seller[item.seller_id].append(item)
    return [
        NewMessage(f"order-confirmation:{about}", Channel.MAIL, "order_confirmation", address, content, buyer),
        NewMessage(f"receipt:{about}", Channel.MAIL, "receipt", address, content, buyer),
        *(
            NewMessage(
                f"sale-notice:{about}:{seller_id}",
                Channel.MAIL,
                "sale_notice",
                sellers[seller_id].email,
                {"seller_name": sellers[seller_id].name, "order_number": number, "items": _lines(items)},
                seller_id,
            )
            for seller_id, items in by_seller.items()
        ),
        NewMessage(
            f"payment-sms:{about}",
            Channel.SMS,
            "payment",
            payment.customer_phone,
            {"total": content["total"], "order_number": number},
            buyer,
        ),
    ]


def _content(payment: PaymentTransaction, number: str) -> dict[str, Any]:
    return {
        "customer_name": payment.customer_name,
        "order_number": number,
        "payment_number": payment.order_number,
        "gateway": payment.gateway.value,
        "items": _lines(payment.items),
        "subtotal": display_amount(payment.subtotal),
        "tax": display_amount(payment.tax_amount),
        "shipping": display_amount(payment.shipping_cost),
        "total": display_amount(payment.total_amount),
        "paid_at": display_time(payment.completed_at) if payment.completed_at else "",
    }


def _lines(items: list[PaymentTransactionItem]) -> list[dict[str, Any]]:
    return [
        {"name": item.product_name, "quantity": item.quantity, "total": display_amount(item.total_amount)}
        for item in items
    ]
