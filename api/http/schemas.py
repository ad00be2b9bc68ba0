"""Types that the request bodies and answers of all features are made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from litestar import Request
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta, Struct
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.addresses import MAX_EMAIL_TYPED, checked_email
from dispatch.errors import Invalid, NotFound
from dispatch.money import CENT, MAX_AMOUNT
from dispatch.numbers import read_tracking_number

Row = TypeVar("Row")
Item = TypeVar("Item")
Other = TypeVar("Other")

Fact: TypeAlias = bool | int | float | str | list[int | str] | dict[str, int | str] | None
"""What is free in form and passed on as it was written down, such as the details of an audit event."""


class TextKind(StrEnum):
    """What a text of a body is, and so what may be done to it before it is checked; ``Meta(extra={"text": …})``."""

    LINE = "line"
    """Words of people in one line: composed (NFC), trimmed, without signs that mislead. Any text that says nothing."""
    LINES = "lines"
    """The same with line ends kept."""
    PHONE = "phone"
    """A phone number, kept like ``+977-9841234567``."""
    EMAIL = "email"
    """An e-mail address; `dispatch.accounts.addresses` brings it into its form."""
    CODE = "code"
    """Words of machines, such as an address or base64: blanks around are taken away."""
    AS_IS = "as_is"
    """Secrets, and what must be the same wherever it is sent: nothing is done."""


ONE_LINE = {"text": TextKind.LINE}
MANY_LINES = {"text": TextKind.LINES}
CODE = {"text": TextKind.CODE}
AS_IS = {"text": TextKind.AS_IS}

# PostgreSQL text has no NUL; everything else that JSON can say is welcome.
NO_NUL = r"^[^\x00]*$"
# Of words of machines nothing but the blanks around them is taken away: what is left must be something, without NUL.
# The blanks are named that only Python takes for such. An optional text with it is refused where it is blank; one with
# a least length is taken for left out.
NOT_BLANK = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
# Something to look for: more than blanks and what `dispatch.database.search` leaves out.
SEARCHABLE = r"^[^\x00]*[^\s\x00\x01\x1c-\x1f\x85\u093c\u200b-\u200d\u2060\ufeff][^\x00]*$"
PHONE = r"^\+?[0-9 ()./-]+$(?!\n)"
# What is a blank differs between those who read the pattern, so it is named beside it, as are controls and signs
# that are not seen: without a shape, or turning the direction of what is read.
_UNSEEN = r"\s\x00-\x20\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff"
URL = rf"^https?://[^{_UNSEEN}]+$(?!\n)"
# Of another host over TLS, or of ours: a page that shows it loads nothing in the clear.
IMAGE = (
    rf"^(?:https://[^{_UNSEEN}\\/@]+(?:/[^{_UNSEEN}\\]*)?"
    rf"|/media/[^{_UNSEEN}\\]+)$(?!\n)"
)
PRINTABLE = r"^[\x21-\x7e]+$(?!\n)"
SLUG = r"^[a-z][a-z0-9_ -]*$(?!\n)"
BIGINT_MAX = 2**63 - 1
PAGE_MAX = 1_000_000
# Times of orders and parcels; beyond it sums of times would leave the calendar.
YEARS = range(2000, 2200)

Line = Annotated[str, Meta(max_length=300, pattern=NO_NUL, extra=ONE_LINE)]
RequiredLine = Annotated[str, Meta(min_length=1, max_length=300, pattern=NO_NUL, extra=ONE_LINE)]
PersonName = Annotated[str, Meta(min_length=1, max_length=120, pattern=NO_NUL, extra=ONE_LINE)]
Text = Annotated[str, Meta(max_length=2000, pattern=NO_NUL, extra=MANY_LINES)]
# What it may be is checked, and normalised, by `checked_field`.
Email = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=MAX_EMAIL_TYPED,
        extra={"text": TextKind.EMAIL},
    ),
]
Phone = Annotated[str, Meta(min_length=5, max_length=32, pattern=PHONE, extra={"text": TextKind.PHONE})]
Url = Annotated[str, Meta(min_length=1, max_length=1000, pattern=URL, extra=CODE)]
Id = Annotated[int, Meta(ge=1, le=BIGINT_MAX)]
PathId = Annotated[int, PathParameter(ge=1, le=BIGINT_MAX)]
"""An id in a path."""
QueryId = Annotated[int | None, QueryParameter(ge=1, le=BIGINT_MAX)]
"""An id in a query, by which a list is narrowed."""
Quantity = Annotated[int, Meta(ge=1, le=100_000)]
Lat = Annotated[float, Meta(ge=-90, le=90)]
Lon = Annotated[float, Meta(ge=-180, le=180)]
Moment = Annotated[datetime, Meta(tz=True)]
Kilograms = Annotated[float, Meta(ge=0.001, le=100_000)]

PageNumber = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX, description="Page, from 1.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=100, description="Results a page.")]
SearchText = Annotated[str | None, QueryParameter(max_length=100, pattern=NO_NUL)]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body. Unknown keys are refused; amounts, times and addresses are checked to be such.

    Its texts say by their ``TextKind`` what is done to them before anything is checked (`api.http.texts`).

    A message that begins with a field in backticks names that field in the answer. Bodies that others make, such as a
    gateway, say ``forbid_unknown_fields=False``.
    """

    described: ClassVar[dict[str, Any]] = {}
    """A rule over several fields, as JSON Schema says it."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            checked = checked_field(name, value)
            if checked is not value:
                msgspec.structs.force_setattr(self, name, checked)


def checked_field(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever a field may hold
    """A field's value as it is kept. Raises ValueError, beginning with the field in backticks."""
    if isinstance(value, Decimal):
        return _checked_amount(name, value)
    if isinstance(value, datetime):
        _check_moment(name, value)
    elif isinstance(value, str) and name.endswith("url"):
        _check_url(name, value)
    elif isinstance(value, str) and name.endswith("email"):
        return _checked_email(name, value)
    return value


def _checked_email(name: str, value: str) -> str:
    try:
        return checked_email(value, field=name)
    except Invalid as error:
        raise ValueError(f"`{name}` {error.fields[name]}") from None


def _checked_amount(name: str, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MAX_AMOUNT or value != value.quantize(CENT):
        raise ValueError(f"`{name}` must be an amount from 0 to {MAX_AMOUNT} with at most two decimals")
    return abs(value.quantize(CENT))  # no exponents, no minus zero


def _check_moment(name: str, value: datetime) -> None:
    try:
        known = value.astimezone(UTC).year in YEARS
    except OverflowError:
        known = False
    if not known:
        raise ValueError(f"`{name}` must be a time in the years {YEARS.start} to {YEARS.stop - 1}")


def _check_url(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise ValueError(f"`{name}` is not an address that a browser can open")


class Page(Struct, Generic[Item], frozen=True, kw_only=True):
    """A page of results with the addresses of its neighbours; ``count`` is of all pages together."""

    count: int
    next: str | None
    previous: str | None
    results: list[Item]

    def with_results(self, results: list[Other]) -> "Page[Other]":
        """The same page with other things in it, such as answers in the place of rows."""
        return Page(count=self.count, next=self.next, previous=self.previous, results=results)


async def page_of_rows(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    query: Select[Row],
    page: int,
    page_size: int,
    *,
    counting: Select[int] | None = None,
) -> Page[Row]:
    """One page of a query. A page beyond the last is empty, not an error.

    ``counting``: how many rows there are in all, where that is known sooner than by reading them.
    """
    if counting is None:
        counting = select(func.count()).select_from(query.order_by(None).options().subquery())
    count = await session.scalar(counting) or 0
    rows = (await session.scalars(query.limit(page_size).offset((page - 1) * page_size))).all()
    return Page(
        count=count,
        next=_page_url(request, page + 1) if page * page_size < count else None,
        previous=_page_url(request, page - 1) if page > 1 else None,
        results=list(rows),
    )


async def paginate(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    query: Select[Row],
    page: int,
    page_size: int,
    answer: Callable[[Row], Item],
) -> Page[Item]:
    """One page of a query as it is answered, row by row."""
    found = await page_of_rows(request, session, query, page, page_size)
    return found.with_results([answer(row) for row in found.results])


def _page_url(request: Request[Any, Any, Any], page: int) -> str:
    # As it was sent: the framework's own mapping has no order.
    sent = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    others = [(key, value) for key, value in sent if key != "page"]
    at = next((at for at, (key, _) in enumerate(sent) if key == "page"), len(others))
    others.insert(at, ("page", str(page)))  # where it was, so that both links differ from the request in it alone
    site = request.app.state.services.settings.public_url
    # Litestar's path has lost the slash at its end.
    path = request.scope["raw_path"].decode("ascii")
    return f"{site}{path}?{urlencode(others)}"


def number(amount: Decimal | None) -> float | None:
    """An amount as a JSON number."""
    return None if amount is None else float(amount)


def changes_of(body: Struct) -> dict[str, Any]:
    """The fields of a PATCH body that were sent."""
    return {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not msgspec.UNSET}


def checked_tracking_number(text: str) -> str:
    """A tracking number from a path, however it is typed. Raises NotFound for what cannot be one, before any query."""
    number = read_tracking_number(text)
    if number is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return number
