"""Deleting an account: the person goes, the books stay.

Orders, sales, payments, invoices, refunds and proofs keep their numbers, goods, sums and times; whoever was in them is
`Deleted account`, without address, phone and e-mail. What is the person's alone goes altogether. Lock order: as of
closing the account, then deliveries, orders, sales, payments, refunds.
"""

from typing import Final

from sqlalchemy import delete, func, or_, select, text, update

from dispatch.accounts.addresses import email_key
from dispatch.accounts.api_keys import ApiKeys
from dispatch.accounts.models import AccountLink, SignIn, User
from dispatch.accounts.service import Accounts
from dispatch.addresses.models import SavedAddress
from dispatch.audit.service import Actor, record
from dispatch.carts.models import Cart, CartItem
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict
from dispatch.idempotency.models import AnsweredRequest
from dispatch.imports import ImportRun
from dispatch.notifications.models import OutboxMessage
from dispatch.offboarding.service import Offboarding
from dispatch.orders.models import DeliveryInfo, Order, OrderStatus
from dispatch.orders.service import Orders
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from dispatch.ports import Clock
from dispatch.privacy.blockers import blockers
from dispatch.privacy.doors import forget_doors
from dispatch.privacy.messages import about_own
from dispatch.proofs.refused import RefusedHandover
from dispatch.sales.models import Sale
from dispatch.sales.objections import DeliveryObjection
from dispatch.tracking.share_links import ShareLink
from dispatch.transporters.devices import TransporterDevice
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.models import Transporter, TransporterDocument, TransporterShift

NOBODY: Final = "Deleted account"
# No hash of any password.
NO_PASSWORD: Final = "!"  # noqa: S105
NOBODY_THERE: Final = {
    "contact_name": NOBODY,
    "contact_phone": "",
    "address": "",
    "lat": None,
    "lon": None,
    "instructions": "",
}
NO_ADDRESS: Final = {
    "address": "",
    "landmark": "",
    "zip_code": "",
    "plus_code": "",
    "lat": None,
    "lon": None,
    "delivery_instructions": "",
}


class AccountDeletion:
    """Deletes accounts in one unit of work."""

    def __init__(self, work: Work, clock: Clock, accounts: Accounts, offboarding: Offboarding) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._accounts = accounts
        self._offboarding = offboarding

    async def delete(self, user_id: int, actor: Actor) -> None:
        """Take a person out of everything; again, it changes nothing.

        Raises NotFound, and Conflict naming all that is still under way.
        """
        user = await self._accounts.get(user_id)
        if user.deleted_at is not None:
            return
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"orders of user {user_id}", 0))
        await self._session.execute(select(lock))  # an order that is being made is seen
        await self._check(user_id)
        await self._cancel_unpaid(user)
        await self._offboarding.close_account(user_id, actor, reason="deleted")
        user = await self._accounts.get(user_id, lock=True)
        if user.deleted_at is None:
            await self._check(user_id)  # what began while we waited
            await self._take_out(user)
            await record(self._session, actor, "account.deleted", "user", user_id)
            await self._session.flush()

    async def _check(self, user_id: int) -> None:
        found = await blockers(self._session, user_id)
        if found:
            told = "; ".join(blocker.words for blocker in found)
            reasons = {blocker.what: blocker.count for blocker in found}
            raise Conflict(f"The account cannot be deleted yet: {told}.", code="account_in_use", reasons=reasons)

    async def _cancel_unpaid(self, user: User) -> None:
        unpaid = select(Order.id).where(Order.customer_id == user.id, Order.order_status == OrderStatus.PENDING)
        for order_id in await self._session.scalars(unpaid.order_by(Order.id)):
            await Orders(self._work, self._clock).cancel(order_id, user)

    async def _take_out(self, user: User) -> None:
        await self._of_orders(user.id)
        await self._of_money(user.id)
        await self._of_a_transporter(user.id)
        await self._forget_own(user)
        user.name, user.phone, user.password_hash = NOBODY, None, NO_PASSWORD
        user.email = f"deleted-{user.id}@deleted.invalid"
        user.email_key, user.email_verified_at = email_key(user.email), None
        user.deleted_at = user.doors_forgotten_at = self._clock.now()
        await self._session.flush()

    async def _of_orders(self, user_id: int) -> None:
        bought = select(Sale.id).where(Sale.buyer_id == user_id)
        places = select(Order.delivery_info_id).where(Order.customer_id == user_id)
        session = self._session
        for end, ways in (("delivery", Delivery.return_of.is_(None)), ("pickup", Delivery.return_of.is_not(None))):
            # What goes back begins where the buyer is, and ends where its seller is.
            nobody_there = {f"{end}_{name}": value for name, value in NOBODY_THERE.items()}
            await session.execute(update(Delivery).where(Delivery.sale_id.in_(bought), ways).values(**nobody_there))
        await session.execute(
            update(DeliveryInfo)
            .where(DeliveryInfo.id.in_(places))
            .values(customer_name=NOBODY, phone_number="", **NO_ADDRESS)
        )
        await forget_doors(session, bought)
        parcels = select(Delivery.id).where(Delivery.sale_id.in_(bought))
        await session.execute(  # no part of the chain, so nothing is proved by who signed
            update(RefusedHandover)
            .where(RefusedHandover.delivery_id.in_(parcels))
            .values(signed_by="", relation=None, notes="")
        )
        objected = DeliveryObjection.sale_id.in_(bought)
        await session.execute(update(DeliveryObjection).where(objected).values(note="", answer=""))
        await session.execute(update(Sale).where(Sale.buyer_id == user_id).values(buyer_name=NOBODY))
        mine = select(Cart.id).where(Cart.user_id == user_id)
        await session.execute(delete(CartItem).where(CartItem.cart_id.in_(mine)))
        await session.execute(
            update(ShareLink)
            .where(ShareLink.made_by == user_id)
            .values(label="", revoked_at=func.coalesce(ShareLink.revoked_at, self._clock.now()))
        )

    async def _of_money(self, user_id: int) -> None:
        paid = select(PaymentTransaction.id).where(PaymentTransaction.user_id == user_id)
        session = self._session
        await session.execute(
            update(PaymentTransaction)
            .where(PaymentTransaction.user_id == user_id)
            .values(customer_name=NOBODY, customer_email="", customer_phone="")
        )
        nobody = func.jsonb_build_object("name", NOBODY, "email", "", "phone", "")
        content = func.jsonb_set(Invoice.content, text("'{customer}'"), nobody)
        without = func.jsonb_set(content, text("'{customer_address}'"), text("'\"\"'::jsonb"))
        await session.execute(update(Invoice).where(Invoice.payment_id.in_(paid)).values(content=without))
        await session.execute(update(Refund).where(Refund.payment_id.in_(paid)).values(mobile=""))

    async def _of_a_transporter(self, user_id: int) -> None:
        mine = select(Transporter.id).where(Transporter.user_id == user_id)
        session = self._session
        for model in (TransporterDocument, TransporterShift):
            await session.execute(delete(model).where(model.transporter_id.in_(mine)))
        ended = func.coalesce(DocumentUpload.ended_at, self._clock.now())  # its picture goes with those that ended
        await session.execute(
            update(DocumentUpload)
            .where(DocumentUpload.transporter_id.in_(mine))
            .values(number="", reason="", ended_at=ended)
        )
        await session.execute(
            update(TransporterDevice).where(TransporterDevice.transporter_id.in_(mine)).values(name="")
        )
        await session.execute(update(RefusedHandover).where(RefusedHandover.transporter_id.in_(mine)).values(notes=""))
        await session.execute(
            update(Transporter)
            .where(Transporter.user_id == user_id)
            .values(business_name="", phone="", vehicle_number="")
        )

    async def _forget_own(self, user: User) -> None:
        """What nobody else has a part in."""
        session = self._session
        await ApiKeys(self._work, self._clock).revoke_all_of(user)
        for model in (SavedAddress, AccountLink, SignIn):
            await session.execute(delete(model).where(model.user_id == user.id))
        await session.execute(update(ImportRun).where(ImportRun.user_id == user.id).values(file_name=""))
        answered = AnsweredRequest.status.is_not(None)  # not the one that is being answered with this
        await session.execute(delete(AnsweredRequest).where(AnsweredRequest.user_id == user.id, answered))
        told = or_(OutboxMessage.recipient == user.email, about_own(user))
        await session.execute(delete(OutboxMessage).where(told))
