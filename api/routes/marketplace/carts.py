"""Carts."""

from typing import Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody

from api.http.injected import GivenWork
from api.http.schemas import Body, Id, Page, PageNumber, PageSize, PathId, Quantity, page_of_rows
from api.http.security import needs
from api.routes.marketplace.answers import CartAnswer, cart_answer
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.carts.service import Carts


class NewItem(Body, frozen=True, kw_only=True):
    """Some of a product."""

    product_id: Id
    quantity: Quantity = 1


class ItemChange(Body, frozen=True, kw_only=True):
    """How many of it."""

    quantity: Quantity


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
        return cart_answer(await Carts(work).create(request.user), services.prices)

    @get("/")
    async def mine(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[CartAnswer]:
        """One's own carts, also empty ones, the one that changed last first."""
        found = await page_of_rows(request, work.session, Carts(work).mine_query(request.user), page, page_size)
        return found.with_results([cart_answer(cart, services.prices) for cart in found.results])

    @get("/{cart_id:int}/")
    async def show(
        self, request: Request[User, Any, Any], cart_id: CartId, work: GivenWork, services: GivenServices
    ) -> CartAnswer:
        """One's own cart."""
        return cart_answer(await Carts(work).get(cart_id, request.user), services.prices)

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
        return cart_answer(
            await Carts(work).add_item(cart_id, request.user, data.product_id, data.quantity), services.prices
        )

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
        return cart_answer(
            await Carts(work).change_item(cart_id, request.user, item_id, data.quantity), services.prices
        )

    @delete("/{cart_id:int}/items/{item_id:int}/")
    async def remove_item(
        self, request: Request[User, Any, Any], cart_id: CartId, item_id: ItemId, work: GivenWork
    ) -> None:
        """Take an item out."""
        await Carts(work).remove_item(cart_id, request.user, item_id)
