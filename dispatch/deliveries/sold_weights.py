"""What the parcel of a sale weighs, by what one of its product does."""

from decimal import Decimal

from sqlalchemy import select

from dispatch.accounts.models import Role, User
from dispatch.catalogue.models import Product
from dispatch.catalogue.weights import weight_of
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.sales.models import Sale


async def sold_weight(work: Work, sale_id: int | None, user: User | None) -> Decimal:
    """Of all goods of a sale, for its seller, an admin, or an operator (``user`` None).

    Raises Invalid where nobody has said what one weighs; of others' sales as of none.
    """
    query = select(Product.weight_kg, Sale.quantity).join(Sale, Sale.product_id == Product.id)
    query = query.where(Sale.id == sale_id)
    if user is not None and not user.has(Role.ADMIN):
        query = query.where(Sale.seller_id == user.id)
    found = (await work.session.execute(query)).one_or_none()
    weight = None if found is None else weight_of(found.weight_kg, found.quantity)
    if weight is None:
        detail = "Say what the parcel weighs: it is not known what one of its product does."
        raise Invalid(detail, fields={"package_weight": "is required"})
    return weight
