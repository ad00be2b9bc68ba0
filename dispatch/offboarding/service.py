"""Closing accounts and taking roles: everything that an account or a role let somebody do ends with it.

Sign-ins and open sockets end, device tokens are revoked, a transporter leaves the map and gives back what it has not
picked up, and a seller's products go off sale. Each act is one transaction, with its audit event. None of it comes back
by itself with the account or the role: a transporter, for one, is verified anew.
"""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from sqlalchemy import func, select, update

from dispatch.accounts.models import Role, User
from dispatch.accounts.service import Accounts
from dispatch.accounts.tokens import Tokens
from dispatch.assignments.withdrawal import WithdrawalReason, withdraw_open_deliveries
from dispatch.audit.service import Actor, record
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, Forbidden
from dispatch.ports import Clock, LivePresence, Publisher
from dispatch.transporters.devices import Devices
from dispatch.transporters.documents.service import end_all_uploads
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter


class Offboarding:
    """Takes access away, and gives it back, in one unit of work."""

    def __init__(self, work: Work, tokens: Tokens, clock: Clock, publisher: Publisher, presence: LivePresence) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._presence = presence
        self._accounts = Accounts(work, tokens, clock, publisher)

    async def close_account(self, user_id: int, actor: Actor, *, reason: str = "") -> User:
        """Close an account; repeating it changes nothing. Raises NotFound.

        Its owner may not while they have parcels aboard: then Conflict.
        """
        user = await self._accounts.get(user_id)
        if not user.is_active:
            return user
        await self._check_nothing_aboard(user, actor)
        ended = await self._end_roles(user, map(Role, user.roles), WithdrawalReason.ACCOUNT_CLOSED)
        user = await self._accounts.get(user_id, lock=True)
        if user.is_active:
            await self._accounts.close_account(user)
            await record(self._session, actor, "account.closed", "user", user.id, {"reason": reason} | ended)
            await self._session.flush()
        return user

    async def reopen_account(self, user_id: int, actor: Actor, *, reason: str = "") -> User:
        """Open a closed account again. Devices need new tokens, products go on sale one by one.

        Raises NotFound, and Conflict where it was deleted.
        """
        user = await self._accounts.get(user_id, lock=True)
        if user.deleted_at is not None:
            raise Conflict("This account was deleted; nobody is behind it any more.", code="account_deleted")
        if not user.is_active:
            user.is_active = True
            await record(self._session, actor, "account.reopened", "user", user.id, {"reason": reason})
            await self._session.flush()
        return user

    async def give_roles(self, user_id: int, actor: Actor, roles: Iterable[Role]) -> User:
        """Give roles; those that the user has already change nothing.

        Raises NotFound, Conflict (account closed), and Forbidden where users give themselves what was taken from them.
        """
        user = await self._accounts.get(user_id, lock=True)
        _check_open(user)
        given = sorted(set(roles) - set(user.roles))
        barred = sorted(set(given) & set(user.roles_barred))
        if barred and actor.user_id == user.id:
            raise Forbidden(
                "This role was taken from you. An admin may give it back.", code="role_barred", roles=barred
            )
        if given:
            user.roles_barred = sorted(set(user.roles_barred) - set(given))
            user.roles = sorted({*user.roles, *given})
            await record(self._session, actor, "roles.given", "user", user.id, {"roles": given})
            await self._session.flush()
        return user

    async def take_roles(
        self, user_id: int, actor: Actor, roles: Iterable[Role], *, but: UUID | None = None, reason: str = ""
    ) -> User:
        """Take roles, and end the user's sign-ins except ``but``; roles that the user has not change nothing.

        Raises NotFound, Conflict (account closed; parcels aboard of somebody who gives up their own role), and Invalid
        where no role would be left.
        """
        user = await self._accounts.get(user_id)
        _check_open(user)
        taken = [Role(role) for role in sorted(set(roles) & set(user.roles))]
        if not taken:
            return user
        if Role.TRANSPORTER in taken:
            await self._check_nothing_aboard(user, actor)
        ended = await self._end_roles(user, taken, WithdrawalReason.ROLE_TAKEN)
        user = await self._accounts.get(user_id, lock=True)
        await self._accounts.take_roles(user, *taken)
        if actor.user_id != user.id:
            user.roles_barred = sorted({*user.roles_barred, *taken})
        await self._accounts.end_sign_ins(user, but=but)
        why = {"reason": reason} if reason else {}
        await record(self._session, actor, "roles.taken", "user", user.id, {"roles": taken} | why | ended)
        await self._session.flush()
        return user

    async def _end_roles(self, user: User, roles: Iterable[Role], reason: WithdrawalReason) -> dict[str, object]:
        """What the roles let the user do; counts of what ended. Locks deliveries and transporter, then the rest."""
        wanted, ended = set(roles), dict[str, object]()
        transporter_id = await self._transporter_id(user)
        if Role.TRANSPORTER in wanted and transporter_id is not None:
            given_back = await withdraw_open_deliveries(
                self._work, self._clock, self._publisher, transporter_id, reason
            )
            (await lock_transporter(self._session, transporter_id)).withdraw_verification()
            await end_all_uploads(self._session, transporter_id, self._clock.now())
            devices = await Devices(self._work, self._clock).revoke_all_of(user)
            self._work.after_commit(partial(self._presence.remove, transporter_id))
            ended |= {"deliveries_given_back": len(given_back), "devices_revoked": devices}
        if Role.SELLER in wanted:
            products = await self._session.scalars(
                update(Product)
                .where(Product.seller_id == user.id, Product.is_active)
                .values(is_active=False)
                .returning(Product.id)
            )
            ended["products_off_sale"] = len(products.all())
        return ended

    async def _check_nothing_aboard(self, user: User, actor: Actor) -> None:
        """Raises Conflict where it is the user's own wish and somebody waits for what they carry."""
        if actor.user_id != user.id:
            return
        aboard = await self._session.scalar(
            select(func.count())
            .select_from(Delivery)
            .join(Transporter, Transporter.id == Delivery.transporter_id)
            .where(
                Transporter.user_id == user.id,
                Delivery.status.in_((DeliveryStatus.PICKED_UP, DeliveryStatus.IN_TRANSIT)),
            )
        )
        if aboard:
            raise Conflict("You have parcels aboard. Deliver them first.", code="parcels_aboard", deliveries=aboard)

    async def _transporter_id(self, user: User) -> int | None:
        found: int | None = await self._session.scalar(select(Transporter.id).where(Transporter.user_id == user.id))
        return found


def _check_open(user: User) -> None:
    if not user.is_active:
        raise Conflict("The account is closed. Open it again first.", code="account_closed")
