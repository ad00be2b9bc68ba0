"""Products."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, get, patch, post
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType, field

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked, was_sent
from api.http.field_rules import Rule, given
from api.http.injected import GivenWork
from api.http.middleware.compression import KEPT
from api.http.schemas import (
    CODE,
    IMAGE,
    NO_NUL,
    ONE_LINE,
    Body,
    Id,
    Kilograms,
    Page,
    PageNumber,
    PageSize,
    PathId,
    QueryId,
    SearchText,
    Text,
    changes_of,
    paginate,
)
from api.http.security import PUBLIC, acts, needs
from api.routes.marketplace.answers import ProductAnswer, product_answer
from api.routes.marketplace.product_pictures import forget_pictures
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.catalogue.models import TaxClass
from dispatch.catalogue.service import MAX_IMAGES, Catalogue, check_product
from dispatch.catalogue.weights import to_the_gram

ProductName = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL, extra=ONE_LINE)]
Image = Annotated[str, Meta(max_length=300, pattern=IMAGE, extra=CODE)]
Images = Annotated[list[Image], Meta(max_length=MAX_IMAGES)]
Stock = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class NewProduct(Body, frozen=True, kw_only=True):
    """A product to sell. ``price`` is another name for ``listed_price``; ``weight_kg``: of one, packed."""

    name: ProductName
    listed_price: Decimal | None = None
    price: Decimal | None = None
    discounted_price: Decimal | None = None
    stock: Stock = 0
    description: Text = ""
    tax_class: TaxClass = TaxClass.STANDARD
    images: Images = field(default_factory=list)
    category_id: Id | None = None
    weight_kg: Kilograms | None = None

    described: ClassVar[Rule] = {"anyOf": [given("listed_price"), given("price")]}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.listed_price is None and self.price is None:
            raise ValueError("`listed_price` is required")


class ProductChanges(Body, frozen=True, kw_only=True):
    """Fields to change. ``stock_was``: what the stock was when the new one was thought of; sales go on meanwhile."""

    name: ProductName | UnsetType = UNSET
    listed_price: Decimal | UnsetType = UNSET
    discounted_price: Decimal | UnsetType | None = UNSET
    stock: Stock | UnsetType = UNSET
    stock_was: Stock | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    tax_class: TaxClass | UnsetType = UNSET
    images: Images | UnsetType = UNSET
    category_id: Id | UnsetType | None = UNSET
    weight_kg: Kilograms | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET

    def columns(self) -> dict[str, Any]:
        """What is to become another, as it is kept."""
        changes = changes_of(self)
        changes.pop("stock_was", None)
        return changes | ({"weight_kg": to_the_gram(changes["weight_kg"])} if "weight_kg" in changes else {})


async def _check_new(_: Request[User, Any, Any], given: Given) -> None:
    listed, price = given.get("listed_price"), given.get("price")
    check_product(price if listed is None else listed, given.get("discounted_price"))


async def _check_changes(request: Request[User, Any, Any], given: Given) -> None:
    if was_sent(request, "listed_price") and "listed_price" not in given:
        given = {name: value for name, value in given.items() if name != "discounted_price"}  # none to compare it with
    async with request.app.state.services.database.work() as work:
        await Catalogue(work).check_changes(int(request.path_params["product_id"]), given)


class ProductController(Controller):
    """``/api/v1/marketplace/products``."""

    path = "/api/v1/marketplace/products"
    tags = ("catalogue",)

    @get("/", opt=PUBLIC | KEPT)
    async def list_products(
        self,
        request: Request[Any, Any, Any],
        work: GivenWork,
        search: SearchText = None,
        category: QueryId = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ProductAnswer]:
        """What is on sale, newest first. `category`: those of a category by its number, and of all within it."""
        return await paginate(
            request,
            work.session,
            Catalogue(work).list_query(search=search, category_id=category),
            page,
            page_size,
            product_answer,
        )

    @post("/", guards=[acts(Role.SELLER, Role.ADMIN)], opt=also_checked(_check_new))
    async def add(self, request: Request[User, Any, Any], data: JSONBody[NewProduct], work: GivenWork) -> ProductAnswer:
        """Put a product on sale as its seller."""
        product = await Catalogue(work).add(
            request.user,
            name=data.name,
            listed_price=data.listed_price if data.listed_price is not None else data.price or Decimal(0),
            discounted_price=data.discounted_price,
            stock=data.stock,
            description=data.description,
            tax_class=data.tax_class,
            images=data.images,
            category_id=data.category_id,
            weight_kg=to_the_gram(data.weight_kg),
        )
        return product_answer(product)

    @get("/mine/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def mine(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        search: SearchText = None,
        is_active: FromQuery[bool | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ProductAnswer]:
        """One's own products, newest first, also those that are not on sale; an admin sees all."""
        seller_id = None if request.user.has(Role.ADMIN) else request.user.id
        query = Catalogue(work).list_query(search=search, seller_id=seller_id, is_active=is_active)
        return await paginate(request, work.session, query, page, page_size, product_answer)

    @get("/{product_id:int}/", opt=PUBLIC | KEPT)
    async def show(self, product_id: PathId, work: GivenWork) -> ProductAnswer:
        """One product."""
        return product_answer(await Catalogue(work).get(product_id))

    @patch("/{product_id:int}/", guards=[acts(Role.SELLER, Role.ADMIN)], opt=also_checked(_check_changes))
    async def change(
        self,
        request: Request[User, Any, Any],
        product_id: PathId,
        data: JSONBody[ProductChanges],
        work: GivenWork,
        services: GivenServices,
    ) -> ProductAnswer:
        """Change one's own product. A picture that was handed in and is no longer in `images` is gone for good.

        409 `stock_changed` with the present `stock` where that is not `stock_was`: nothing is done. The same change
        again is the same.
        """
        catalogue = Catalogue(work)
        before = list((await catalogue.own(product_id, request.user)).images)
        stock_was = None if data.stock_was is UNSET else data.stock_was
        product = await catalogue.change(product_id, request.user, data.columns(), stock_was=stock_was)
        forget_pictures(work, services, product, before)
        if product.seller_id != request.user.id:
            told = {"fields": sorted(data.columns())}
            await record(work.session, actor_of(request), "product.changed", "product", product_id, told)
        return product_answer(product)
