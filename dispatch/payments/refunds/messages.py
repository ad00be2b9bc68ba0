"""What a buyer is told when money went back."""

from dispatch.money import display_amount, from_paisa
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage
from dispatch.orders.models import Order
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund


def messages_of_refund(payment: PaymentTransaction, order: Order | None, refund: Refund) -> list[NewMessage]:
    """The buyer hears that money went back."""
    content = {
        "customer_name": payment.customer_name,
        "order_number": order.order_number if order else payment.order_number,
        "amount": display_amount(from_paisa(refund.amount_paisa)),
        "credit_note_number": refund.credit_note_number or "",
        "reason": refund.reason,
    }
    about, buyer = str(refund.refund_id), payment.user_id
    return [
        NewMessage(f"refund:{about}", Channel.MAIL, "refund", payment.customer_email, content, buyer),
        NewMessage(f"refund-sms:{about}", Channel.SMS, "refund", payment.customer_phone, content, buyer),
    ]
