"""Products out of a table."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, field
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from api.http.field_checks import Given
from api.http.schemas import NO_NUL, ONE_LINE, Body, Email, Kilograms, Text
from api.routes.imports.fields import FieldCheck
from api.routes.imports.importers import Importer, Outcome, Taken
from api.routes.marketplace.catalogue import Images, ProductName, Stock
from dispatch.accounts.addresses import email_key
from dispatch.accounts.models import Role, User
from dispatch.catalogue.categories import Categories, CategoryPaths, check_category
from dispatch.catalogue.models import Product, TaxClass
from dispatch.catalogue.service import Catalogue, check_product
from dispatch.catalogue.weights import to_the_gram
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.imports import OF_THE_HOUSE, ImportKind, Name

ExternalId = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, extra=ONE_LINE)]

CategoryPath = Annotated[str, Meta(max_length=300, pattern=NO_NUL, extra=ONE_LINE)]


class ProductRow(Body, frozen=True, kw_only=True):
    """A product as its seller's table has it. ``stock`` counts for a new one only: what was sold since stays sold.

    ``category``: a path such as `Food / Grain`; an empty cell is none.
    """

    external_id: ExternalId
    name: ProductName
    listed_price: Decimal
    discounted_price: Decimal | None = None
    stock: Stock = 0
    description: Text = ""
    weight_kg: Kilograms | None = None
    tax_class: TaxClass = TaxClass.STANDARD
    images: Images = field(default_factory=list)
    category: CategoryPath = ""
    is_active: bool = True


class SellersProductRow(ProductRow, frozen=True, kw_only=True):
    """The same where a table has those of several sellers."""

    seller: Email


KEPT_AS_IT_IS = frozenset({"external_id", "seller", "stock"})


async def _check(given: Given) -> None:
    check_product(given.get("listed_price"), given.get("discounted_price"))


class ProductImporter(Importer[ProductRow]):
    """Of one seller, or of all that the rows name where ``seller`` is None."""

    kind = ImportKind.PRODUCTS
    title_column = "name"

    def __init__(self, work: Work, seller: User | None) -> None:
        super().__init__(work)
        self.row: type[ProductRow] = SellersProductRow if seller is None else ProductRow
        self._seller = seller
        self._sellers: dict[str, User] = {}
        self._products: dict[int, Product] = {}
        self._paths: CategoryPaths | None = None

    @property
    def check(self) -> FieldCheck:
        """Prices go together."""
        return _check

    def name_of(self, row: ProductRow) -> Name:
        """A seller's own name of it; before the sellers are known, by the address as it stands there."""
        seller = self._seller_of(row)
        return (seller.id if seller is not None else 0, row.external_id)

    def _seller_of(self, row: ProductRow) -> User | None:
        if self._seller is not None:
            return self._seller
        return self._sellers.get(email_key(row.seller)) if isinstance(row, SellersProductRow) else None

    async def look_ahead(self, portions: AsyncIterator[Sequence[ProductRow]]) -> None:
        """Hold all products that the table has, by their numbers, as orders do; until the end."""
        found: set[int] = set()
        async for rows in portions:
            await self._find(rows)
            found.update(self._known.values())
        held = select(Product.id).where(among(Product.id, found)).order_by(Product.id)
        await self._work.session.execute(held.with_for_update(key_share=True))

    async def prepare(self, rows: Sequence[ProductRow]) -> None:
        """Sellers, names and the products that there are, which are held already, each once."""
        await self._find(rows)
        held = select(Product).where(among(Product.id, self._known.values())).options(selectinload(Product.seller))
        self._products = {one.id: one for one in await self._work.session.scalars(held)}

    async def _find(self, rows: Sequence[ProductRow]) -> None:
        session = self._work.session
        if self._seller is None:
            wanted = {
                email_key(row.seller) for row in rows if isinstance(row, SellersProductRow)
            } - self._sellers.keys()
            for user in await session.scalars(select(User).where(User.email_key.in_(wanted))):
                self._sellers[user.email_key] = user
        if self._seller is not None and self._seller not in session:
            self._seller = await session.get_one(User, self._seller.id)  # who asks was read by another session
        if self._paths is None:
            self._paths = CategoryPaths(await Categories(self._work).all(also_inactive=True))
        if self._seller is None:  # tables of the house name several sellers: one after another, not in a circle
            await self._hold({OF_THE_HOUSE})
        await self._find_known([self.name_of(row) for row in rows])

    def title_of(self, row: ProductRow) -> str:
        """What it is called."""
        return row.name

    async def take(self, row: ProductRow) -> Taken:
        """Put it on sale, or change what the row has otherwise."""
        seller = self._seller_of(row)
        name = self.name_of(row)
        known = self._products.get(self._known.get(name, 0))
        fields = self._fields_of(row, known)
        changes = {one: value for one, value in fields.items() if known is None or getattr(known, one) != value}
        if known is not None and not changes:
            return Taken(Outcome.UNCHANGED)  # what was exported comes again, also of somebody who sells no more
        if seller is None or not seller.has(Role.SELLER) or not seller.is_active:
            raise Invalid("No such seller.", fields={"seller": "must be the e-mail address of a seller"})
        if known is None:
            catalogue, is_active = Catalogue(self._work), fields.pop("is_active")
            made = await catalogue.add(seller, stock=row.stock, **fields)
            made.is_active = is_active
            self._new[name] = made.id
            return Taken(Outcome.MADE)
        # A table may have one price and not the other: what stays must still go with what comes.
        check_product(*(fields.get(one, getattr(known, one)) for one in ("listed_price", "discounted_price")))
        await check_category(self._work.session, changes.get("category_id"))
        for one, value in changes.items():
            setattr(known, one, value)
        await self._work.session.flush()
        return Taken(Outcome.CHANGED, tuple(sorted(one.removesuffix("_id") for one in changes)))

    def _fields_of(self, row: ProductRow, known: Product | None) -> dict[str, Any]:
        """What the row says of a product. Raises Invalid for a category that is none."""
        said = row.__struct_fields__ if known is None else [one for one in row.__struct_fields__ if one in self.columns]
        fields = {one: getattr(row, one) for one in said if one not in KEPT_AS_IT_IS}
        if "weight_kg" in fields:
            fields["weight_kg"] = to_the_gram(row.weight_kg)
        path = fields.pop("category", None)
        if path is not None and self._paths is not None:
            fields["category_id"] = self._paths.find(path, known.category_id if known else None) if path else None
        return fields
