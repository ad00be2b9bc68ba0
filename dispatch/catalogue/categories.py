"""Categories of products: a tree of at most three levels, which admins keep and buyers filter by."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import CTE, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.catalogue.models import Category, Product
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound

LEVELS: Final = 3
MOST: Final = 500
"""Of all of them: every page that filters loads them."""


class Categories:
    """The categories of one unit of work. Who changes the tree holds all of it, by an advisory lock."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    async def all(self, *, also_inactive: bool = False) -> list[Category]:
        """Those on sale, parents before what is within them; of an inactive one nothing within is shown either."""
        rows = await self._session.scalars(select(Category).order_by(Category.position, Category.name, Category.id))
        within: dict[int | None, list[Category]] = {}
        for one in rows:
            if also_inactive or one.is_active:
                within.setdefault(one.parent_id, []).append(one)
        return _in_order(within, None)

    async def add(self, fields: Mapping[str, Any]) -> Category:
        """Raises Invalid (parent unknown or too deep) and Conflict (name taken, too many)."""
        tree = await self._hold()
        if len(tree) >= MOST:
            raise Conflict(f"There are {MOST} categories already.", code="too_many_categories", limit=MOST)
        made = Category(**fields)
        _check_place(tree, None, made.parent_id)
        self._session.add(made)
        await self._flush()
        return made

    async def change(self, category_id: int, changes: Mapping[str, Any]) -> Category:
        """Raises NotFound, Invalid and Conflict as above; a category goes nowhere within itself."""
        tree = await self._hold()
        category = _get(tree, category_id)
        if "parent_id" in changes:
            _check_place(tree, category, changes["parent_id"])
        for name, value in changes.items():
            setattr(category, name, value)
        await self._flush()
        return category

    async def remove(self, category_id: int) -> None:
        """Raises NotFound, and Conflict where something is within it: then it can be made inactive."""
        tree = await self._hold()
        category = _get(tree, category_id)
        holds = await self._session.scalar(select(exists().where(Product.category_id == category_id)))
        if holds or any(one.parent_id == category_id for one in tree.values()):
            raise Conflict("Products or categories are within it.", code="category_in_use")
        await self._session.delete(category)
        await self._session.flush()

    async def _hold(self) -> dict[int, Category]:
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("categories", 0))))
        rows = await self._session.scalars(select(Category).execution_options(populate_existing=True))
        return {one.id: one for one in rows}

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except IntegrityError:
            raise Conflict("There is a category of this name at this place already.", code="category_exists") from None


def within(category_id: int) -> CTE:
    """The numbers of a category and of all within it."""
    top = select(Category.id).where(Category.id == category_id).cte("within", recursive=True)
    return top.union_all(select(Category.id).join(top, Category.parent_id == top.c.id))


async def check_category(session: AsyncSession, category_id: int | None) -> None:
    """That a product may be put there. Raises Invalid."""
    if category_id is None:
        return
    category = await session.get(Category, category_id)
    if category is None or not category.is_active:
        raise Invalid("There is no such category.", fields={"category_id": "must be one of the shop's categories"})


def _in_order(within_each: Mapping[int | None, list[Category]], parent_id: int | None) -> list[Category]:
    found = []
    for one in within_each.get(parent_id, ()):
        found += [one, *_in_order(within_each, one.id)]
    return found


def _get(tree: Mapping[int, Category], category_id: int) -> Category:
    if category_id not in tree:
        raise NotFound("There is no such category.", code="category_not_found")
    return tree[category_id]


def _check_place(tree: Mapping[int, Category], category: Category | None, parent_id: int | None) -> None:
    """Raises Invalid for a place that is not there, within itself, or too deep."""
    above, up = 0, parent_id
    while up is not None:
        if up not in tree or (category is not None and up == category.id):
            words = "must be another category, and none within this one"
            raise Invalid("It cannot be put there.", fields={"parent_id": words})
        above, up = above + 1, tree[up].parent_id
    deep = 1 if category is None else _height(tree, category.id)
    if above + deep > LEVELS:
        raise Invalid("It would be too deep.", fields={"parent_id": f"would make more than {LEVELS} levels"})


def _height(tree: Mapping[int, Category], category_id: int) -> int:
    return 1 + max((_height(tree, one.id) for one in tree.values() if one.parent_id == category_id), default=0)
