"""The addresses that a customer keeps. Whoever changes one holds all of them: the row of the customer is the lock."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, select, update

from dispatch.accounts.models import User
from dispatch.addresses.models import SavedAddress
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound

MOST: Final = 20
"""Of a customer."""


class SavedAddresses:
    """The kept addresses of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    def list_query(self, user: User) -> Select[SavedAddress]:
        """One's own, the default first, then the newest, for a page."""
        mine = select(SavedAddress).where(SavedAddress.user_id == user.id)
        return mine.order_by(SavedAddress.is_default.desc(), SavedAddress.id.desc())

    async def get(self, address_id: int, user: User) -> SavedAddress:
        """One's own. Raises NotFound for others' as for none."""
        found: SavedAddress | None = await self._session.scalar(
            select(SavedAddress).where(SavedAddress.id == address_id, SavedAddress.user_id == user.id)
        )
        if found is None:
            raise NotFound("There is no such address.", code="address_not_found")
        return found

    async def add(self, user: User, columns: Mapping[str, Any], *, label: str, is_default: bool) -> SavedAddress:
        """Keep an address; the first is the default. Raises Conflict where there are as many as there may be."""
        kept = await self._hold(user)
        if len(kept) >= MOST:
            raise Conflict(
                f"You keep {MOST} addresses already; take one away first.", code="too_many_addresses", limit=MOST
            )
        first = is_default or not kept
        if first:
            await self._clear_default(user)
        made = SavedAddress(user_id=user.id, label=label, is_default=first, **columns)
        self._session.add(made)
        await self._session.flush()
        return made

    async def change(self, address_id: int, user: User, changes: Mapping[str, Any]) -> SavedAddress:
        """Change some of it. The default stays the default until another one is. Raises NotFound."""
        await self._hold(user)
        address = await self.get(address_id, user)
        if changes.get("is_default") and not address.is_default:
            await self._clear_default(user)
            address.is_default = True
        for name, value in changes.items():
            if name != "is_default":
                setattr(address, name, value)
        await self._session.flush()
        return address

    async def remove(self, address_id: int, user: User) -> None:
        """Forget one; of those that are left the newest takes over as the default. Raises NotFound."""
        kept = await self._hold(user)
        address = await self.get(address_id, user)
        await self._session.delete(address)
        await self._session.flush()
        left = [one for one in kept if one.id != address_id]
        if address.is_default and left:
            left[-1].is_default = True
            await self._session.flush()

    async def _hold(self, user: User) -> list[SavedAddress]:
        """All of a customer's, oldest first, as they are now: who comes at the same moment waits."""
        await self._session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
        mine = select(SavedAddress).where(SavedAddress.user_id == user.id).order_by(SavedAddress.id)
        return list(await self._session.scalars(mine.execution_options(populate_existing=True)))

    async def _clear_default(self, user: User) -> None:
        await self._session.execute(
            update(SavedAddress)
            .where(SavedAddress.user_id == user.id, SavedAddress.is_default)
            .values(is_default=False)
        )
