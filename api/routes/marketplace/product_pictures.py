"""Pictures of products: handed in by their sellers, made anew here, shown below ``/media``."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from litestar import Controller, Request, post
from litestar.params import JSONBody

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Body, PathId
from api.http.security import acts
from api.routes.deliveries.proofs import Base64, remade_picture
from api.routes.marketplace.answers import ProductAnswer, product_answer
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.catalogue.models import Product
from dispatch.catalogue.service import Catalogue
from dispatch.database.work import Work

MAX_BODY_BYTES: Final = 8 * 2**20


class NewPicture(Body, frozen=True, kw_only=True):
    """A picture of a product: JPEG, PNG or WebP, up to 5 MiB and 25 million pixels."""

    image: Base64


class ProductPictureController(Controller):
    """``/api/v1/marketplace/products/{product_id}/images``."""

    path = "/api/v1/marketplace/products/{product_id:int}/images"
    tags = ("catalogue",)

    @post("/", guards=[acts(Role.SELLER, Role.ADMIN)], request_max_body_size=MAX_BODY_BYTES)
    async def add_picture(
        self,
        request: Request[User, Any, Any],
        product_id: PathId,
        data: JSONBody[NewPicture],
        work: GivenWork,
        services: GivenServices,
    ) -> ProductAnswer:
        """Give one's own product one more picture, as the last of its `images`; it has at most 20.

        What is kept is made anew from its pixels, at most 1,280 pixels wide and high: nothing of the file that came
        stays, such as where a photo was taken. Another order, or a picture less, is a change of `images`.
        """
        content = await remade_picture("image", data.image)  # before anything is held
        catalogue = Catalogue(work)
        product = await catalogue.own(product_id, request.user)
        address = await services.pictures.save(product_id, content)
        work.after_rollback(partial(services.pictures.remove, product_id, address))
        await catalogue.add_image(product, address)
        if product.seller_id != request.user.id:
            await record(
                work.session, actor_of(request), "product.changed", "product", product_id, {"fields": ["images"]}
            )
        return product_answer(product)


def forget_pictures(work: Work, services: GivenServices, product: Product, before: Sequence[str]) -> None:
    """Remove, once this is committed, the pictures that a product no longer has."""
    for address in set(before) - set(product.images):
        work.after_commit(partial(services.pictures.remove, product.id, address))
