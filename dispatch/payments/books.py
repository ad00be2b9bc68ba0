"""What a payment that got its money leaves behind: ledger, messages, invoice; or a refund where nothing can be sold.

All of it is written in the transaction that settles the payment.
"""

from uuid import uuid4

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.money import to_paisa
from dispatch.notifications.outbox import write_messages
from dispatch.orders.models import Order
from dispatch.payments.invoices import Invoices
from dispatch.payments.ledger import Ledger
from dispatch.payments.messages import messages_of_sale
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refund_models import Refund, RefundStatus
from dispatch.ports import Clock


class Books:
    """The books of one unit of work. Callers hold the payment's row."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def enter_sale(self, payment: PaymentTransaction, order: Order | None, sellers: dict[int, User]) -> None:
        """The payment's lines became sales."""
        now = self._clock.now()
        Ledger(self._work).record_sale(payment, now)
        await self._work.session.flush()
        # From here on other settlements wait for the counter: what follows is short.
        invoice = await Invoices(self._work).issue(payment, now)
        await write_messages(
            self._work, messages_of_sale(payment, order, sellers, invoice.invoice_number), self._clock.now()
        )

    async def enter_owed(self, payment: PaymentTransaction, reason: str) -> None:
        """The money came too late: all of it goes back, and the refund is on record at once."""
        now = self._clock.now()
        Ledger(self._work).record_owed(payment, now)
        self._work.session.add(
            Refund(
                refund_id=uuid4(),
                payment_id=payment.id,
                amount_paisa=to_paisa(payment.total_amount),
                reason=reason[:300],
                mobile="",
                status=RefundStatus.REQUESTED,
                is_late=True,
                attempts=0,
                next_attempt_at=now,
            )
        )
        await self._work.session.flush()
