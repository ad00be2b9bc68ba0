"""What a seller's deliveries require where they do not say so themselves."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.proofs.kinds import End, ProofKind, in_order
from dispatch.proofs.models import SellerProofs, kinds_of
from dispatch.proofs.required import Required


class UsualProofs:
    """The sellers' rows of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    async def of(self, seller_id: int) -> Required:
        """What is usual; nothing where the seller has said nothing."""
        row = await self._session.scalar(select(SellerProofs).where(SellerProofs.seller_id == seller_id))
        return Required() if row is None else _required(row)

    async def change(
        self, seller_id: int, ends: Mapping[End, frozenset[ProofKind]], *, age_minimum: int | None
    ) -> Required:
        """Change what is usual at some ends; deliveries that are made already keep their own. Raises NotFound."""
        seller = await self._session.get(User, seller_id)
        if seller is None or not seller.has(Role.SELLER):
            raise NotFound("There is no such seller.", code="seller_not_found")
        await self._session.execute(insert(SellerProofs).values(seller_id=seller_id).on_conflict_do_nothing())
        mine = select(SellerProofs).where(SellerProofs.seller_id == seller_id).with_for_update()
        row = (await self._session.scalars(mine.execution_options(populate_existing=True))).one()
        changed = Required(ends, age_minimum).over(_required(row))
        row.pickup, row.drop_off, row.returns = (
            [kind.value for kind in in_order(set(changed.at(end)))] for end in (End.PICKUP, End.DROP_OFF, End.RETURN)
        )
        row.age_minimum = changed.age_minimum
        await self._session.flush()
        return _required(row)


def _required(row: SellerProofs) -> Required:
    ends = {
        End.PICKUP: kinds_of(row.pickup),
        End.DROP_OFF: kinds_of(row.drop_off),
        End.RETURN: kinds_of(row.returns),
    }
    return Required(ends, row.age_minimum)
