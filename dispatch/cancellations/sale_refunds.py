"""What was paid for one sale goes back, all of it or a part: its parcel did not arrive, or not as it was sold.

Lock order: the caller holds the delivery, its transporter, the order and the sale; then products, payment, refund.
"""

from dataclasses import dataclass

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid
from dispatch.money import display_amount, from_paisa
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.requests import RefundRequest, Refunds
from dispatch.payments.refunds.shares import share_of_sale
from dispatch.payments.refunds.statements import RETURN_STOCK
from dispatch.payments.rows import get_payment, lock_payment
from dispatch.payments.stock import lock_products
from dispatch.ports import Clock
from dispatch.sales.models import Sale


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What is asked for: ``amount_paisa`` None is all that is left of the sale. ``key`` makes a repeat known.

    ``goods_alone``: the goods with their tax and not the shipping, as far as so much is left.
    """

    reason: str
    key: str
    requested_by: int | None
    amount_paisa: int | None = None
    goods_alone: bool = False
    pieces: tuple[int, int] | None = None
    """So many of its goods and so many others: the goods of the first with their tax, as far as so much is left."""
    restock: int = 0
    """So many of its goods came back and are on sale again."""


class SaleRefunds:
    """The refunds of single sales in one unit of work; they are carried out after the commit."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._refunds = Refunds(work, clock)

    async def ask(self, sale: Sale, wanted: GivenBack) -> Refund | None:
        """Record the refund; None where nothing of what was paid is left.

        Raises Invalid where more is asked for than is left of the sale, and Conflict where another amount was asked for
        under this key.
        """
        payment = await self._hold(sale)
        if wanted.restock:
            driver = await self._work.driver()
            await driver.execute(RETURN_STOCK, [sale.product_id], [wanted.restock], self._clock.now())
        if payment is None:
            return None
        before = await self.find(payment.id, wanted.key)
        if before is not None:
            if wanted.amount_paisa not in {None, before.amount_paisa}:
                raise Conflict("Another amount was given back for this already.", code="refund_exists")
            return before
        left = await self._left(payment, sale.id, wanted.pieces, goods_alone=wanted.goods_alone)
        if wanted.amount_paisa is not None and not 0 < wanted.amount_paisa <= left:
            raise Invalid(
                f"At most {display_amount(from_paisa(left))} can be refunded for this sale.",
                code="refund_too_large",
                fields={"amount": f"must be more than 0 and at most {from_paisa(left)}"},
            )
        amount = left if wanted.amount_paisa is None else wanted.amount_paisa
        if amount == 0:
            return None
        request = RefundRequest(
            amount,
            wanted.reason[:300],
            wanted.requested_by,
            wanted.key,
            sale_id=sale.id,
            goods_alone=wanted.goods_alone or wanted.pieces is not None,
        )
        return await self._refunds.request(payment, request)

    async def left(self, sale_id: int, pieces: tuple[int, int] | None = None) -> int:
        """What could be asked for now, paisa; ``pieces`` as in ``GivenBack``. Nothing is held: it may change."""
        payment_id = await self._payment_of(sale_id)
        if payment_id is None:
            return 0
        payment = await get_payment(await self._work.driver(writes=False), payment_id)
        return await self._left(payment, sale_id, pieces)

    async def _left(
        self, payment: PaymentTransaction, sale_id: int, pieces: tuple[int, int] | None, *, goods_alone: bool = False
    ) -> int:
        left, share = await self._refunds.left_of_sale(payment, sale_id), share_of_sale(payment, sale_id)
        if goods_alone:
            left = max(0, left - share.shipping)
        return left if pieces is None else min(left, share.of_pieces(*pieces))

    async def find(self, payment_id: int, key: str) -> Refund | None:
        """The refund that was asked for under a key."""
        query = select(Refund).where(Refund.payment_id == payment_id, Refund.request_key == key)
        found: Refund | None = await self._work.session.scalar(query)
        return found

    async def find_of_sale(self, sale_id: int, key: str) -> Refund | None:
        """The same by the sale."""
        query = select(Refund).where(Refund.sale_id == sale_id, Refund.request_key == key)
        found: Refund | None = await self._work.session.scalar(query)
        return found

    async def _hold(self, sale: Sale) -> PaymentTransaction | None:
        """The payment of a sale, held, behind its product."""
        payment_id = await self._payment_of(sale.id)
        if payment_id is None:
            return None
        await self._work.session.flush()
        driver = await self._work.driver()
        payment = await get_payment(driver, payment_id)
        await lock_products(driver, [sale.product_id], payment.purpose)
        return await lock_payment(driver, payment_id)

    async def _payment_of(self, sale_id: int) -> int | None:
        paid = select(PaymentTransactionItem.payment_id).where(PaymentTransactionItem.sale_id == sale_id)
        found: int | None = await self._work.session.scalar(paid)
        return found
