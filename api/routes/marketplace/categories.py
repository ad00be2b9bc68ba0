"""Categories of products: anybody reads them, admins keep them."""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.injected import GivenWork
from api.http.middleware.compression import KEPT
from api.http.schemas import NO_NUL, ONE_LINE, Body, Id, PathId, changes_of
from api.http.security import PUBLIC, needs
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.catalogue.categories import Categories
from dispatch.catalogue.models import Category

CategoryName = Annotated[str, Meta(min_length=1, max_length=80, pattern=NO_NUL, extra=ONE_LINE)]
NepaliName = Annotated[str, Meta(max_length=80, pattern=NO_NUL, extra=ONE_LINE)]
Position = Annotated[int, Meta(ge=0, le=10_000)]


class NewCategory(Body, frozen=True, kw_only=True):
    """A category, within ``parent_id`` or at the top. Of those beside each other the lowest ``position`` is first."""

    name: CategoryName
    name_ne: NepaliName = ""
    parent_id: Id | None = None
    position: Position = 0


class CategoryChanges(Body, frozen=True, kw_only=True):
    """What is to become another; an inactive one is shown nowhere, nor is what is within it."""

    name: CategoryName | UnsetType = UNSET
    name_ne: NepaliName | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class CategoryAnswer(Struct, frozen=True):
    """A category; ``parent_id`` is None at the top."""

    id: int
    parent_id: int | None
    name: str
    name_ne: str
    position: int
    is_active: bool


class KeptCategory(CategoryAnswer, frozen=True):
    """The same for who keeps them: with how many products are in it, those within it not counted."""

    products: int


class KeptCategoriesAnswer(Struct, frozen=True):
    """All of them, inactive ones too, each before those within it."""

    results: list[KeptCategory]


class CategoriesAnswer(Struct, frozen=True):
    """All of them, each before those within it."""

    results: list[CategoryAnswer]


def category_answer(category: Category) -> CategoryAnswer:
    """A category as it is answered."""
    return CategoryAnswer(
        category.id, category.parent_id, category.name, category.name_ne, category.position, category.is_active
    )


class CategoryController(Controller):
    """``/api/v1/marketplace/categories``."""

    path = "/api/v1/marketplace/categories"
    tags = ("catalogue",)

    @get("/", opt=PUBLIC | KEPT)
    async def list_categories(self, work: GivenWork) -> CategoriesAnswer:
        """Those that products are found by, as a tree: each before those within it."""
        return CategoriesAnswer([category_answer(one) for one in await Categories(work).all()])

    @get("/all/", guards=[needs(Role.ADMIN)])
    async def list_all(self, work: GivenWork) -> KeptCategoriesAnswer:
        """All of them as a tree, inactive ones too, each with how many products are in it."""
        categories = Categories(work)
        counts = await categories.product_counts()
        found = await categories.all(also_inactive=True)
        return KeptCategoriesAnswer(
            [KeptCategory(**asdict(category_answer(one)), products=counts.get(one.id, 0)) for one in found]
        )

    @post("/", guards=[needs(Role.ADMIN)], opt={MAY_CONFLICT: True})
    async def add_category(
        self, request: Request[User, Any, Any], data: JSONBody[NewCategory], work: GivenWork
    ) -> CategoryAnswer:
        """Make one; there are at most three levels. 409 `category_exists` where the name is taken at this place."""
        made = await Categories(work).add(asdict(data))
        await record(work.session, actor_of(request), "category.added", "category", made.id, {"name": made.name})
        return category_answer(made)

    @patch("/{category_id:int}/", guards=[needs(Role.ADMIN)], opt={MAY_CONFLICT: True})
    async def change_category(
        self, request: Request[User, Any, Any], category_id: PathId, data: JSONBody[CategoryChanges], work: GivenWork
    ) -> CategoryAnswer:
        """Change or move one. 409 `category_exists` as above."""
        changes = changes_of(data)
        category = await Categories(work).change(category_id, changes)
        told = {"fields": sorted(changes)}
        await record(work.session, actor_of(request), "category.changed", "category", category_id, told)
        return category_answer(category)

    @delete("/{category_id:int}/", guards=[needs(Role.ADMIN)], opt={MAY_CONFLICT: True})
    async def remove_category(self, request: Request[User, Any, Any], category_id: PathId, work: GivenWork) -> None:
        """Take away one in which there is nothing; else 409 `category_in_use`, and it can be made inactive."""
        await Categories(work).remove(category_id)
        await record(work.session, actor_of(request), "category.removed", "category", category_id)
