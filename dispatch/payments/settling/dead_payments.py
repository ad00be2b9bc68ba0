"""Payments that could not be looked up and were given up, among the dead letters."""

from typing import Any

from sqlalchemy import Select, String, cast, select, true

from dispatch.database.work import Work
from dispatch.jobs.dead_letters import DeadLetterSource, kind_column
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.settling.sweeper import PaymentSweeper, given_up, look_again
from dispatch.ports import Clock


def _query() -> Select[Any]:
    return select(
        kind_column(PaymentSweeper.name),
        cast(PaymentTransaction.transaction_id, String).label("id"),
        PaymentTransaction.check_failures.label("tries"),
        PaymentTransaction.updated_at.label("failed_at"),
        PaymentTransaction.check_error.label("last_error"),
        true().label("can_retry"),
    ).where(given_up())


async def _retry(work: Work, _clock: Clock, _kind: str, letter_id: str) -> bool:
    known = select(PaymentTransaction.transaction_id).where(
        cast(PaymentTransaction.transaction_id, String) == letter_id, given_up()
    )
    transaction_id = await work.session.scalar(known)
    return transaction_id is not None and await look_again(work, transaction_id)


DEAD_PAYMENTS = DeadLetterSource(frozenset({PaymentSweeper.name}), "payment", _query, _retry)
