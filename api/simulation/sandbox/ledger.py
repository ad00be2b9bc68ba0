"""The gateway's payments and the only rules by which they change."""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from api.simulation.sandbox.journal import Journal
from api.simulation.sandbox.payments import OPEN, PAID, Mode, Payment, Status

_ALPHABET: Final = string.ascii_letters + string.digits


def system_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


def new_identity() -> str:
    """A pidx or transaction id that looks like Khalti's: 22 letters and digits, not guessable."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(22))


class StateError(Exception):
    """The payment's state does not permit the change; the text says which state it is in."""


class Ledger:
    """All payments, in memory and in the journal. Not for several threads: one event loop owns it."""

    def __init__(self, journal: Journal, now: Callable[[], datetime] = system_now) -> None:
        """Load the journal. Raises JournalError."""
        self._journal = journal
        self.now = now
        self._payments = journal.load()
        self._by_transaction = {p.transaction_id: p.pidx for p in self._payments.values() if p.transaction_id}

    def open(self, payment: Payment) -> Payment:
        """Remember a new session."""
        return self._keep(payment)

    def find(self, pidx: str) -> Payment | None:
        """The payment as it is at this moment, or None. A session nobody paid in time reads as Expired.

        A Pending one does not expire: its money is on the way.
        """
        payment = self._payments.get(pidx)
        if payment and payment.status is Status.INITIATED and self.now() >= payment.expires_at:
            return msgspec.structs.replace(payment, status=Status.EXPIRED)
        return payment

    def find_by_transaction(self, transaction_id: str) -> Payment | None:
        """The paid payment with this transaction id, or None."""
        pidx = self._by_transaction.get(transaction_id)
        return self.find(pidx) if pidx else None

    def list_of_order(self, purchase_order_id: str) -> list[Payment]:
        """Every session that the merchant opened under this order id, oldest first."""
        pidxs = [p.pidx for p in self._payments.values() if p.purchase_order_id == purchase_order_id]
        return [payment for pidx in pidxs if (payment := self.find(pidx))]

    def complete(self, payment: Payment, mode: Mode, bank: str | None, mobile: str, *, force: bool = False) -> Payment:
        """Money moved. Paying a paid one again changes nothing. Raises StateError on an ended session."""
        if payment.status is Status.COMPLETED:
            return payment
        self._require(payment, OPEN, "paid", force=force)
        return self._change(
            payment,
            status=Status.COMPLETED,
            transaction_id=payment.transaction_id or new_identity(),
            paid_mode=mode,
            paid_bank=bank,
            mobile=mobile,
            reason="",
        )

    def hold(self, payment: Payment, *, force: bool = False) -> Payment:
        """The bank has not confirmed yet: Pending. Raises StateError on an ended session."""
        self._require(payment, OPEN, "held", force=force)
        return self._change(payment, status=Status.PENDING)

    def require_open(self, payment: Payment) -> None:
        """Raise StateError unless the payment can still be paid."""
        self._require(payment, OPEN, "paid", force=False)

    def fail_attempt(self, payment: Payment, reason: str) -> Payment:
        """One attempt was declined; the session stays as it is and can be tried again. Raises StateError."""
        self.require_open(payment)
        return self._change(payment, reason=reason)

    def cancel(self, payment: Payment, *, force: bool = False) -> Payment:
        """The person gave up. Canceling again changes nothing. Raises StateError on an ended session."""
        if payment.status is Status.CANCELED:
            return payment
        self._require(payment, OPEN, "canceled", force=force)
        return self._change(payment, status=Status.CANCELED)

    def expire(self, payment: Payment, reason: str = "", *, force: bool = False) -> Payment:
        """End the session unpaid. Expiring again changes nothing. Raises StateError on an ended session."""
        if payment.status is Status.EXPIRED:
            return payment
        self._require(payment, OPEN, "expired", force=force)
        return self._change(payment, status=Status.EXPIRED, reason=reason)

    def refund(self, payment: Payment, amount: int) -> Payment:
        """Give ``amount`` paisa back. Raises StateError when it was not paid or less than that is left."""
        self._require(payment, PAID, "refunded", force=False)
        if not 0 < amount <= payment.refundable:
            raise StateError("The amount is more than what is left to refund.")
        refunded = payment.refunded_amount + amount
        status = Status.REFUNDED if refunded == payment.amount else Status.PARTIALLY_REFUNDED
        return self._change(payment, status=status, refunded_amount=refunded)

    def misreport(self, payment: Payment, amount: int | None) -> Payment:
        """Let lookup report ``amount`` paisa (None: null) instead of the true amount."""
        return self._change(payment, misreports=True, reported_amount=amount)

    def _require(self, payment: Payment, allowed: frozenset[Status], verb: str, *, force: bool) -> None:
        if payment.status not in allowed and not force:
            raise StateError(f"This payment is {payment.status} and cannot be {verb}.")

    def _change(self, payment: Payment, **changes: Any) -> Payment:  # noqa: ANN401  any field of Payment
        return self._keep(msgspec.structs.replace(payment, **changes))

    def _keep(self, payment: Payment) -> Payment:
        # Journal first: what could not be written must not be answered as done.
        self._journal.append(payment)
        self._payments[payment.pidx] = payment
        if payment.transaction_id:
            self._by_transaction[payment.transaction_id] = payment.pidx
        return payment
