"""Asking for refunds: recorded first, capped by what is left, carried out afterwards."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import aliased, selectinload

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.idempotency.answered_requests import KeyReused
from dispatch.money import display_amount, from_paisa, to_paisa
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.refunds.models import IN_FLIGHT, Refund, RefundStatus
from dispatch.payments.refunds.shares import share_of_sale
from dispatch.payments.refunds.statements import REFUNDED
from dispatch.payments.rows import lock_payment
from dispatch.ports import Clock

NOTHING_LEFT = "Nothing of this payment is left to refund."
HAS_MONEY = frozenset({TransactionStatus.COMPLETED, TransactionStatus.REFUND_DUE, TransactionStatus.REFUNDED})
TAKEN = IN_FLIGHT | {RefundStatus.SUCCEEDED}


@dataclass(frozen=True, slots=True)
class Refundable:
    """How a payment stands, paisa. ``in_flight`` is asked for and not decided yet."""

    paid: int
    refunded: int
    in_flight: int

    @property
    def left(self) -> int:
        """What may still be asked for."""
        return self.paid - self.refunded - self.in_flight


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What is asked for; ``amount_paisa`` None asks for all that is left. ``request_key`` makes a repeat known.

    ``sale_id``: the sale that it is for, where it is for one; ``left_of_sale`` says how much that may be.
    ``goods_alone``: nothing of it is shipping.
    """

    amount_paisa: int | None
    reason: str
    requested_by: int | None
    request_key: str | None = None
    mobile: str = ""
    sale_id: int | None = None
    goods_alone: bool = False


class Refunds:
    """The refunds of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock

    async def request(
        self,
        payment: PaymentTransaction,
        wanted: RefundRequest,
        status: RefundStatus = RefundStatus.REQUESTED,
    ) -> Refund:
        """Record a refund of a payment whose row the caller has locked.

        Raises Conflict where nothing was paid or is left, Invalid where more is asked for than is left, KeyReused.
        """
        earlier = await self.find_repeated(payment, wanted)
        if earlier is not None:
            return earlier
        left = (await self.refundable(payment)).left
        if left <= 0:
            raise Conflict(NOTHING_LEFT, code="nothing_to_refund")
        amount_paisa = left if wanted.amount_paisa is None else wanted.amount_paisa
        if not 0 < amount_paisa <= left:
            raise Invalid(
                f"At most {display_amount(from_paisa(left))} can be refunded.",
                code="refund_too_large",
                fields={"amount": f"must be more than 0 and at most {from_paisa(left)}"},
            )
        refund = Refund(
            refund_id=uuid4(),
            payment_id=payment.id,
            sale_id=wanted.sale_id,
            goods_alone=wanted.goods_alone,
            requested_by=wanted.requested_by,
            request_key=wanted.request_key,
            amount_paisa=amount_paisa,
            reason=wanted.reason,
            mobile=wanted.mobile,
            status=status,
            is_late=False,
            attempts=0,
            next_attempt_at=self._clock.now(),
        )
        self._session.add(refund)
        await self._session.flush()
        return refund

    async def find_repeated(self, payment: PaymentTransaction, wanted: RefundRequest) -> Refund | None:
        """The refund that this very request made before; nothing more is to be done for it.

        A key belongs to the payment that it was used on: on another one it is a new request. Raises KeyReused where
        it asked for something else of this payment.
        """
        if wanted.request_key is None:
            return None
        refunds = await self.of_payment(payment.id)
        earlier = next((refund for refund in refunds if refund.request_key == wanted.request_key), None)
        if earlier is None:
            return None
        before = sum(one.amount_paisa for one in refunds if one.id < earlier.id and one.status in TAKEN)
        # Where all that was left was asked for, so was the part that made the same sum; nobody is worse off.
        asked = to_paisa(payment.total_amount) - before if wanted.amount_paisa is None else wanted.amount_paisa
        disputed = {RefundStatus.DISPUTED, RefundStatus.DENIED}
        if asked != earlier.amount_paisa and not (wanted.amount_paisa is None and earlier.status in disputed):
            raise KeyReused("This Idempotency-Key was used for another refund of this payment.")
        return earlier

    async def refundable(self, payment: PaymentTransaction) -> Refundable:
        """What was paid, given back and asked back."""
        if payment.status not in HAS_MONEY or payment.completed_at is None:
            return Refundable(0, 0, 0)
        sums = await self._session.execute(
            select(Refund.status, func.sum(Refund.amount_paisa))
            .where(Refund.payment_id == payment.id)
            .group_by(Refund.status)
        )
        by_status = {status: int(amount) for status, amount in sums}
        return Refundable(
            to_paisa(payment.total_amount),
            by_status.get(RefundStatus.SUCCEEDED, 0),
            sum(by_status.get(status, 0) for status in IN_FLIGHT),
        )

    async def left_of_sale(self, payment: PaymentTransaction, sale_id: int) -> int:
        """What may still go back for one sale of a payment whose row is held, paisa: its share, and no more than is
        left of the whole.
        """
        refunds = await self.of_payment(payment.id)
        given = sum(one.amount_paisa for one in refunds if one.sale_id == sale_id and one.status in TAKEN)
        return max(0, min(share_of_sale(payment, sale_id).total - given, (await self.refundable(payment)).left))

    async def is_back(self, payment: PaymentTransaction, sale_id: int) -> bool:
        """Whether refunds that name a sale gave back all of its goods with their tax."""
        refunds = await self.of_payment(payment.id)
        given = [one for one in refunds if one.sale_id == sale_id and one.status is RefundStatus.SUCCEEDED]
        share = share_of_sale(payment, sale_id)
        return sum(one.amount_paisa for one in given) >= share.goods + share.tax

    async def get(self, refund_id: UUID, *, lock: bool = False) -> Refund:
        """Raises NotFound."""
        query = select(Refund).where(Refund.refund_id == refund_id).options(selectinload(Refund.payment))
        if lock:
            query = query.with_for_update(of=Refund).execution_options(populate_existing=True)
        refund: Refund | None = await self._session.scalar(query)
        if refund is None:
            raise NotFound("There is no such refund.", code="REFUND_NOT_FOUND")
        return refund

    def list_query(
        self, status: RefundStatus | None, order_id: int | None = None, refund_id: UUID | None = None
    ) -> Select[Refund]:
        """Refunds, newest first, for a page; ``order_id``: of this order's payments; ``refund_id``: this one alone."""
        query = select(Refund).options(selectinload(Refund.payment)).order_by(Refund.id.desc())
        if order_id is not None:
            of = select(PaymentTransaction.id).where(PaymentTransaction.order_id == order_id)
            query = query.where(Refund.payment_id.in_(of))
        if refund_id is not None:
            query = query.where(Refund.refund_id == refund_id)
        return query if status is None else query.where(Refund.status == status)

    async def of_payment(self, payment_id: int) -> list[Refund]:
        """A payment's refunds, oldest first."""
        rows = await self._session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id))
        return list(rows)

    async def ask_again(self, refund_id: UUID, mobile: str | None) -> Refund:
        """Put a failed refund in line again, perhaps with another mobile number. Raises Conflict."""
        await lock_payment(await self._work.driver(), (await self.get(refund_id)).payment_id)
        refund = await self.get(refund_id, lock=True)
        if refund.status is not RefundStatus.FAILED:
            raise Conflict(f"A refund that is {refund.status.value} cannot be tried again.", code="refund_not_failed")
        if not await self._session.scalar(select(fits_what_is_left()).where(Refund.id == refund.id)):
            raise Conflict("So much of this payment is no longer left.", code="refund_too_large")
        refund.status, refund.next_attempt_at, refund.attempts = RefundStatus.REQUESTED, self._clock.now(), 0
        refund.mobile = mobile or refund.mobile
        await self._session.flush()
        return refund

    async def decide(self, refund_id: UUID, *, amount_paisa: int | None, denied_because: str | None) -> Refund:
        """Say yes or no to a disputed refund; yes may be to less than was asked for. The same again changes nothing.

        Raises NotFound, Conflict (decided otherwise, or never disputed) and Invalid (more than was asked for).
        """
        await lock_payment(await self._work.driver(), (await self.get(refund_id)).payment_id)
        refund = await self.get(refund_id, lock=True)
        if refund.status is RefundStatus.DENIED and denied_because is not None:
            return refund
        if refund.status is not RefundStatus.DISPUTED:
            raise Conflict(f"A refund that is {refund.status.value} is not disputed.", code="refund_not_disputed")
        if denied_because is not None:
            refund.status, refund.last_error = RefundStatus.DENIED, denied_because[:300] or None
        else:
            granted = refund.amount_paisa if amount_paisa is None else amount_paisa
            if not 0 < granted <= refund.amount_paisa:
                asked = from_paisa(refund.amount_paisa)
                raise Invalid(
                    f"At most the {display_amount(asked)} that was asked for can be granted.",
                    code="refund_too_large",
                    fields={"amount": f"must be more than 0 and at most {asked}"},
                )
            refund.amount_paisa = granted
            refund.status, refund.next_attempt_at = RefundStatus.REQUESTED, self._clock.now()
        await self._session.flush()
        return refund


def fits_what_is_left() -> ColumnElement[bool]:
    """Of a refund that takes nothing itself, such as a failed one: whether so much of its payment is left for it."""
    other, paid = aliased(Refund), aliased(PaymentTransaction)
    taken = select(func.coalesce(func.sum(other.amount_paisa), 0)).where(
        other.payment_id == paid.id, among(other.status, TAKEN)
    )
    left = paid.total_amount * 100 - taken.correlate(paid).scalar_subquery()
    has_money = and_(among(paid.status, HAS_MONEY), paid.completed_at.is_not(None))
    fits = and_(paid.id == Refund.payment_id, has_money, Refund.amount_paisa <= left)
    return exists().where(fits).correlate(Refund)


async def sum_refunded(database: Database, payment_id: int) -> int:
    """What of a payment went back, paisa."""
    async with database.connection() as connection:
        return int(await connection.fetchval(REFUNDED, payment_id))
