"""Products and the stock behind them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.catalogue.categories import check_category, within
from dispatch.catalogue.models import Product, StockReason, TaxClass
from dispatch.catalogue.stock import changes_query, note_change
from dispatch.database.search import contains, folded_text
from dispatch.database.work import Work
from dispatch.errors import Conflict, Forbidden, Invalid, NotFound, raise_together

MAX_IMAGES: Final = 20
"""Of a product."""


class Catalogue:
    """The products of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    def list_query(
        self,
        *,
        search: str | None = None,
        seller_id: int | None = None,
        is_active: bool | None = True,
        category_id: int | None = None,
    ) -> Select[Product]:
        """Products, newest first, for a page; ``is_active``: whether they are on sale, None for either."""
        query = select(Product).order_by(Product.id.desc()).options(selectinload(Product.seller))
        if is_active is not None:
            query = query.where(Product.is_active.is_(is_active))
        if search and folded_text(search):
            query = query.where(contains(Product.name, search))
        if category_id is not None:
            query = query.where(Product.category_id.in_(select(within(category_id).c.id)))
        if seller_id is not None:
            query = query.where(Product.seller_id == seller_id)
        return query

    async def get(self, product_id: int) -> Product:
        """Raises NotFound."""
        product = await self._session.scalar(
            select(Product).where(Product.id == product_id).options(selectinload(Product.seller))
        )
        if product is None:
            raise NotFound("There is no such product.")
        return product

    async def add(
        self,
        seller: User,
        *,
        name: str,
        listed_price: Decimal,
        discounted_price: Decimal | None,
        stock: int,
        description: str,
        tax_class: TaxClass,
        images: Sequence[str],
        category_id: int | None = None,
        weight_kg: Decimal | None = None,
    ) -> Product:
        """Put a product on sale. Raises Invalid where the discount is none, or there is no such category."""
        await check_category(self._session, category_id)
        product = Product(
            seller_id=seller.id,
            seller=seller,
            category_id=category_id,
            name=name,
            description=description,
            listed_price=listed_price,
            discounted_price=discounted_price,
            stock=stock,
            reserved=0,
            sold=0,
            weight_kg=weight_kg,
            tax_class=tax_class,
            images=list(images),
            is_active=True,
        )
        check_product(listed_price, discounted_price)
        self._session.add(product)
        await self._session.flush()
        return product

    async def check_changes(self, product_id: int, changes: Mapping[str, Any]) -> None:
        """Whether they go together with what the product is now. Raises NotFound, Invalid."""
        product = await self.get(product_id)
        listed = changes.get("listed_price", product.listed_price)
        discounted = changes.get("discounted_price", product.discounted_price)
        check_product(listed, discounted, changes.get("stock", product.stock), product.reserved)

    async def own(self, product_id: int, user: User) -> Product:
        """One's own product, its row held; an admin's are all. Raises NotFound, Forbidden."""
        product = await self._session.scalar(
            select(Product)
            .where(Product.id == product_id)
            .options(selectinload(Product.seller))
            .with_for_update(of=Product)
        )
        if product is None:
            raise NotFound("There is no such product.")
        if product.seller_id != user.id and not user.has(Role.ADMIN):
            raise Forbidden("Only its seller may change a product.")
        return product

    async def check_own(self, product_id: int, user: User) -> None:
        """Raises NotFound where there is none, Forbidden where it is somebody else's; nothing is held."""
        if (await self.get(product_id)).seller_id != user.id and not user.has(Role.ADMIN):
            raise Forbidden("Only its seller may see that of a product.")

    async def add_image(self, product: Product, address: str) -> None:
        """Give a product, whose row is held, one more picture. Raises Invalid where it has as many as it may."""
        if len(product.images) >= MAX_IMAGES:
            words = f"the product has {MAX_IMAGES} already: take one away first, by a change of its images"
            raise Invalid("There is no room for another picture.", fields={"image": words})
        product.images = [*product.images, address]
        await self._session.flush()

    async def change(
        self, product_id: int, user: User, changes: Mapping[str, Any], *, stock_was: int | None = None
    ) -> Product:
        """Change some fields of one's own product; an admin may change any.

        ``stock_was``: the stock that a new one was based on. Raises Conflict where it is another by now; the same
        change again is the same.
        """
        product = await self.own(product_id, user)
        if stock_was not in {None, product.stock} and not await self._is_repeated(product, user, changes, stock_was):
            words = f"The stock was {stock_was} and is {product.stock} by now: say what it is to be from there."
            raise Conflict(words, code="stock_changed", stock=product.stock)
        if changes.get("category_id") != product.category_id:  # one that was retired since stays its own
            await check_category(self._session, changes.get("category_id"))
        before = product.stock
        for field, value in changes.items():
            setattr(product, field, value)
        check_product(product.listed_price, product.discounted_price, product.stock, product.reserved)
        if product.stock != before:
            await note_change(self._session, product, user, product.stock - before, StockReason.SET)
        await self._session.flush()
        return product

    async def _is_repeated(
        self, product: Product, user: User, changes: Mapping[str, Any], stock_was: int | None
    ) -> bool:
        """Whether the user has set the stock so already. As many may be left by sales, and fewer be there then."""
        if stock_was is None or changes.get("stock") != product.stock:
            return False
        last = await self._session.scalar(changes_query(product.id).limit(1))
        told = None if last is None else (last.reason, last.user_id, last.stock_after, last.change)
        return told == (StockReason.SET, user.id, product.stock, product.stock - stock_was)


def check_product(
    listed_price: Decimal | None, discounted_price: Decimal | None, stock: int = 0, reserved: int = 0
) -> None:
    """Raises Invalid, naming all that does not go together. ``reserved``: what open payments hold of the stock."""
    found: list[Invalid] = []
    if listed_price is not None and listed_price <= 0:
        found.append(Invalid("A price must be positive.", fields={"listed_price": "must be more than 0"}))
    too_high = listed_price is not None and discounted_price is not None and discounted_price > listed_price > 0
    if discounted_price is not None and (discounted_price <= 0 or too_high):
        words = "must be more than 0 and at most listed_price"
        detail = "The discounted price must lie between 0 and the listed price."
        found.append(Invalid(detail, fields={"discounted_price": words}))
    if stock < reserved:
        words = f"must be at least {reserved}, which open payments hold"
        found.append(Invalid("Open payments hold more than this stock.", fields={"stock": words}))
    raise_together(found)
