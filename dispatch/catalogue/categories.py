"""Categories of products: a tree of at most three levels, which admins keep and buyers filter by."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
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

BETWEEN: Final = " / "


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

    async def product_counts(self) -> dict[int, int]:
        """How many products are in each, those within it not counted."""
        counted = select(Product.category_id, func.count()).where(Product.category_id.is_not(None))
        rows = (await self._session.execute(counted.group_by(Product.category_id))).tuples()
        return {category_id: count for category_id, count in rows if category_id is not None}

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
        # Whoever puts a product there holds the product first: so all that come are waited for here, where nothing else
        # is held, and none comes between the question and its answer.
        await self._session.scalar(select(Category.id).where(Category.id == category_id).with_for_update())
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


MOST_LOOKS: Final = 20
"""So many texts that name nothing are answered with what comes nearest."""


class CategoryPaths:
    """Categories as a table's cell names them: `Food / Grain`, in English or Nepali, or by a name that only one has."""

    def __init__(self, tree: Sequence[Category]) -> None:
        """Of all of them, parents before what is within them."""
        self._paths: dict[int, str] = {}
        self._nearest: dict[str, str] = {}
        self._found: dict[str, set[int]] = {}
        nepali: dict[int, str] = {}
        self._all = {one.id: one for one in tree}
        for one in tree:
            above, above_ne = self._paths.get(one.parent_id or 0), nepali.get(one.parent_id or 0)
            self._paths[one.id] = one.name if above is None else f"{above}{BETWEEN}{one.name}"
            own_ne = one.name_ne or one.name
            nepali[one.id] = own_ne if above_ne is None else f"{above_ne}{BETWEEN}{own_ne}"
            for text in {self._paths[one.id], nepali[one.id], one.name, own_ne}:
                self._found.setdefault(_plain(text), set()).add(one.id)

    def of(self, category_id: int | None) -> str:
        """The path of a category in English; empty for none."""
        return "" if category_id is None else self._paths.get(category_id, "")

    def find(self, text: str, before: int | None) -> int | None:
        """The number of the one that a text names; an inactive one only where it is the one of ``before``.

        Raises Invalid by ``category``, with what fits.
        """
        numbers = self._found.get(_plain(text), set())
        fitting = {one for one in numbers if self._all[one].is_active or one == before}
        exact = {one for one in fitting if _plain(self._paths[one]) == _plain(text)}
        if len(exact or fitting) == 1:
            return next(iter(exact or fitting))
        if fitting:
            several = " or ".join(sorted(self._paths[one] for one in fitting))
            words = f"stands for several categories: write {several}"
        else:
            words = f"must be one of the shop's categories{self._fits(text)}"
        raise Invalid("There is no such category.", fields={"category": words})

    def _fits(self, text: str) -> str:
        """What comes nearest. Each look at all paths takes milliseconds, so a table of thousands of others has few."""
        if text in self._nearest:
            return self._nearest[text]
        active = [self._paths[one.id] for one in self._all.values() if one.is_active]
        looks = len(self._nearest) < MOST_LOOKS
        near = get_close_matches(text, active, n=1, cutoff=0.5) if looks else []
        fits = f"; did you mean {near[0]}?" if near else f", such as {active[0]}" if active else "; there are none"
        if looks:
            self._nearest[text] = fits
        return fits


def _plain(path: str) -> str:
    parts = (" ".join(part.split()) for part in path.replace(">", "/").split("/"))
    return BETWEEN.join(parts).casefold()


def within(category_id: int) -> CTE:
    """The numbers of a category and of all within it."""
    top = select(Category.id).where(Category.id == category_id).cte("within", recursive=True)
    return top.union_all(select(Category.id).join(top, Category.parent_id == top.c.id))


async def check_category(session: AsyncSession, category_id: int | None) -> None:
    """That a product may be put there, and that it stays until this is written. Raises Invalid."""
    if category_id is None:
        return
    held = select(Category).where(Category.id == category_id).with_for_update(read=True, key_share=True)
    category = await session.scalar(held.execution_options(populate_existing=True))
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
