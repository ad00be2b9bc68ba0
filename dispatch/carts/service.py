"""Filling a cart."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.errors import Invalid, NotFound

MAX_ITEMS = 200
MAX_QUANTITY = 100_000


class Carts:
    """The carts of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    async def create(self, user: User) -> Cart:
        """An empty cart."""
        cart = Cart(user_id=user.id, items=[])
        self._session.add(cart)
        await self._session.flush()
        return cart

    def mine_query(self, user: User) -> Select[Cart]:
        """One's own carts with their products, the one that changed last first, for a page."""
        return (
            select(Cart)
            .where(Cart.user_id == user.id)
            .options(selectinload(Cart.items).selectinload(CartItem.product))
            .order_by(Cart.updated_at.desc(), Cart.id.desc())
        )

    async def get(self, cart_id: int, user: User, *, lock: bool = False) -> Cart:
        """One's own cart with its products. Raises NotFound for anyone else's: its existence is nobody's business."""
        query = (
            select(Cart)
            .where(Cart.id == cart_id, Cart.user_id == user.id)
            .options(selectinload(Cart.items).selectinload(CartItem.product).selectinload(Product.seller))
            .execution_options(populate_existing=True)
        )
        cart: Cart | None = await self._session.scalar(query.with_for_update(of=Cart) if lock else query)
        if cart is None:
            raise NotFound("Cart not found.", code="cart_not_found")
        return cart

    async def add_item(self, cart_id: int, user: User, product_id: int, quantity: int) -> Cart:
        """Add to what the cart already has of a product."""
        cart = await self.get(cart_id, user, lock=True)
        product = await self._session.get(Product, product_id)
        if product is None or not product.is_active:
            raise NotFound("There is no such product.", code="product_not_found")
        item = next((item for item in cart.items if item.product_id == product_id), None)
        if item is None:
            if len(cart.items) >= MAX_ITEMS:
                raise Invalid(f"A cart holds at most {MAX_ITEMS} products.", code="cart_full", max_items=MAX_ITEMS)
            item = CartItem(cart_id=cart.id, product_id=product_id, quantity=0)
            self._session.add(item)
        item.quantity = _checked_quantity(item.quantity + quantity, product)
        await self._touch(cart)
        return await self.get(cart_id, user)

    async def change_item(self, cart_id: int, user: User, item_id: int, quantity: int) -> Cart:
        """Set how many of a product the cart has."""
        cart = await self.get(cart_id, user, lock=True)
        item = _find_item(cart, item_id)
        item.quantity = _checked_quantity(quantity, item.product)
        await self._touch(cart)
        return await self.get(cart_id, user)

    async def remove_item(self, cart_id: int, user: User, item_id: int) -> None:
        """Take a product out."""
        cart = await self.get(cart_id, user, lock=True)
        cart.items.remove(_find_item(cart, item_id))
        await self._touch(cart)

    async def _touch(self, cart: Cart) -> None:
        cart.updated_at = (await self._session.execute(select(func.now()))).scalar_one()
        await self._session.flush()


def _find_item(cart: Cart, item_id: int) -> CartItem:
    for item in cart.items:
        if item.id == item_id:
            return item
    raise NotFound("There is no such item in this cart.")


def _checked_quantity(quantity: int, product: Product) -> int:
    if quantity > MAX_QUANTITY:
        raise Invalid("Too many of one product.", fields={"quantity": f"must be at most {MAX_QUANTITY}"})
    if quantity > product.available:
        raise Invalid(
            f"Only {product.available} of {product.name} are available.",
            code="out_of_stock",
            fields={"quantity": f"must be at most {product.available}"},
        )
    return quantity
