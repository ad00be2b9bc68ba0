"""Carts."""

from decimal import Decimal
from typing import Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import Body, Id, PathId, Quantity
from api.http.security import needs
from api.routes.marketplace.services import GivenServices, MarketplaceServices
from dispatch.accounts.models import Role, User
from dispatch.carts.models import Cart
from dispatch.carts.service import Carts


class NewItem(Body, frozen=True, kw_only=True):
    """Some of a product."""

    product_id: Id
    quantity: Quantity = 1


class ItemChange(Body, frozen=True, kw_only=True):
    """How many of it."""

    quantity: Quantity


class CartItemAnswer(Struct, frozen=True):
    """A product in the cart at today's price."""

    id: int
    product_id: int
    product_name: str
    quantity: int
    unit_price: Decimal
    total_price: Decimal


class CartAnswer(Struct, frozen=True):
    """A cart and what it would cost today, NPR.

    ``total_amount`` is that of the items; the buyer pays ``total_to_pay``: ``subtotal`` (the items), ``tax_amount`` and
    the usual ``shipping_cost`` together.
    """

    id: int
    items: list[CartItemAnswer]
    total_amount: Decimal
    subtotal: Decimal
    tax_amount: Decimal
    shipping_cost: Decimal
    total_to_pay: Decimal


def _cart_answer(cart: Cart, services: MarketplaceServices) -> CartAnswer:
    items = [
        CartItemAnswer(
            item.id,
            item.product_id,
            item.product.name,
            item.quantity,
            item.product.price,
            item.product.price * item.quantity,
        )
        for item in cart.items
    ]
    sums = services.prices.sums_of((item.product.price * item.quantity, item.product.is_taxed) for item in cart.items)
    return CartAnswer(cart.id, items, sums.subtotal, **sums.parts())


CUSTOMER = (needs(Role.CUSTOMER),)
CartId = PathId
ItemId = PathId


class CartController(Controller):
    """``/api/v1/marketplace/carts``; a cart is its owner's alone."""

    path = "/api/v1/marketplace/carts"
    tags = ("carts",)
    guards = CUSTOMER

    @post("/")
    async def create(self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices) -> CartAnswer:
        """An empty cart."""
        return _cart_answer(await Carts(work).create(request.user), services)

    @get("/{cart_id:int}/")
    async def show(
        self, request: Request[User, Any, Any], cart_id: CartId, work: GivenWork, services: GivenServices
    ) -> CartAnswer:
        """One's own cart."""
        return _cart_answer(await Carts(work).get(cart_id, request.user), services)

    @post("/{cart_id:int}/items/")
    async def add_item(
        self,
        request: Request[User, Any, Any],
        cart_id: CartId,
        data: JSONBody[NewItem],
        work: GivenWork,
        services: GivenServices,
    ) -> CartAnswer:
        """Add some of a product to what the cart has of it."""
        return _cart_answer(await Carts(work).add_item(cart_id, request.user, data.product_id, data.quantity), services)

    @patch("/{cart_id:int}/items/{item_id:int}/")
    async def change_item(
        self,
        request: Request[User, Any, Any],
        cart_id: CartId,
        item_id: ItemId,
        data: JSONBody[ItemChange],
        work: GivenWork,
        services: GivenServices,
    ) -> CartAnswer:
        """Set the quantity of an item."""
        return _cart_answer(await Carts(work).change_item(cart_id, request.user, item_id, data.quantity), services)

    @delete("/{cart_id:int}/items/{item_id:int}/")
    async def remove_item(
        self, request: Request[User, Any, Any], cart_id: CartId, item_id: ItemId, work: GivenWork
    ) -> None:
        """Take an item out."""
        await Carts(work).remove_item(cart_id, request.user, item_id)
