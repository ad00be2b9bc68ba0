"""One box for admins: a number, a phone, a name or a tracking number, however it is typed."""

import re
from datetime import datetime
from typing import Annotated, Final

from litestar import Controller, get
from litestar.params import QueryParameter
from msgspec import Struct
from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, or_, select

from api.http.injected import GivenWork
from api.http.schemas import NO_NUL
from api.http.security import needs
from dispatch.accounts.models import Role, User
from dispatch.database.search import contains, folded_text
from dispatch.deliveries.finding import has_number_like
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Invalid
from dispatch.orders.models import DeliveryInfo, Order, OrderStatus

MOST: Final = 10
"""Of each kind."""
LEAST_DIGITS: Final = 5
"""Of a phone number, so that a house number finds nobody's phone."""
DIALLED: Final = re.compile(r"[0-9+() ./-]+")
WHOLE: Final = re.compile(r"[1-9][0-9]{0,17}")
Searched = Annotated[str, QueryParameter(min_length=1, max_length=100, pattern=NO_NUL)]


class FoundDelivery(Struct, frozen=True, kw_only=True):
    """A parcel."""

    id: int
    tracking_number: str
    status: DeliveryStatus
    delivery_contact_name: str
    delivery_address: str
    created_at: datetime


class FoundOrder(Struct, frozen=True, kw_only=True):
    """An order."""

    id: int
    order_number: str
    order_status: OrderStatus
    customer_name: str
    created_at: datetime


class FoundPerson(Struct, frozen=True, kw_only=True):
    """An account."""

    id: int
    name: str
    email: str
    roles: list[str]
    is_active: bool


class Found(Struct, frozen=True, kw_only=True):
    """The newest ten of each kind."""

    deliveries: list[FoundDelivery]
    orders: list[FoundOrder]
    people: list[FoundPerson]


class SearchController(Controller):
    """``/api/v1/operations/search``."""

    path = "/api/v1/operations/search"
    tags = ("operations",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def search(self, search: Searched, work: GivenWork) -> Found:
        """Deliveries, orders and accounts that have it: a number, a tracking number, a phone, a name or an address.

        A tracking number is found whatever stands between its signs, a phone by at least five of its digits, with or
        without +977, blanks and dashes; names in capitals or not.
        """
        if not folded_text(search):
            raise Invalid("There is nothing to look for.", fields={"search": "must have a character that can be seen"})
        deliveries = await work.session.scalars(
            select(Delivery).where(_of_deliveries(search)).order_by(Delivery.id.desc()).limit(MOST)
        )
        orders = await work.session.execute(
            select(Order, DeliveryInfo.customer_name)
            .join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
            .where(_of_orders(search))
            .order_by(Order.id.desc())
            .limit(MOST)
        )
        people = await work.session.scalars(select(User).where(_of_people(search)).order_by(User.id.desc()).limit(MOST))
        return Found(
            deliveries=[_delivery(one) for one in deliveries],
            orders=[_order(order, name) for order, name in orders],
            people=[
                FoundPerson(id=one.id, name=one.name, email=one.email, roles=one.roles, is_active=one.is_active)
                for one in people
            ],
        )


def _of_deliveries(text: str) -> ColumnElement[bool]:
    names = (Delivery.delivery_contact_name, Delivery.pickup_contact_name, Delivery.delivery_address)
    phones = (Delivery.delivery_contact_phone, Delivery.pickup_contact_phone)
    return or_(_is_number(Delivery.id, text), has_number_like(text), *_texts(text, names), *_phones(text, phones))


def _of_orders(text: str) -> ColumnElement[bool]:
    names = (Order.order_number, DeliveryInfo.customer_name)
    return or_(_is_number(Order.id, text), *_texts(text, names), *_phones(text, (DeliveryInfo.phone_number,)))


def _of_people(text: str) -> ColumnElement[bool]:
    phone = func.coalesce(User.phone, "")
    return or_(_is_number(User.id, text), *_texts(text, (User.name, User.email)), *_phones(text, (phone,)))


def _is_number(column: SQLColumnExpression[int], text: str) -> ColumnElement[bool]:
    typed = text.strip().removeprefix("#")
    return column == int(typed) if WHOLE.fullmatch(typed) else false()


def _texts(text: str, columns: tuple[SQLColumnExpression[str], ...]) -> list[ColumnElement[bool]]:
    return [contains(column, text) for column in columns]


def _phones(text: str, columns: tuple[SQLColumnExpression[str], ...]) -> list[ColumnElement[bool]]:
    digits = re.sub(r"\D", "", text) if DIALLED.fullmatch(text.strip()) else ""
    digits = digits.removeprefix("00").removeprefix("977").removeprefix("0") or digits
    if len(digits) < LEAST_DIGITS:
        return []
    return [func.regexp_replace(column, "[^0-9]", "", "g").contains(digits) for column in columns]


def _delivery(one: Delivery) -> FoundDelivery:
    return FoundDelivery(
        id=one.id,
        tracking_number=one.tracking_number,
        status=one.status,
        delivery_contact_name=one.delivery_contact_name,
        delivery_address=one.delivery_address,
        created_at=one.created_at,
    )


def _order(order: Order, name: str) -> FoundOrder:
    return FoundOrder(
        id=order.id,
        order_number=order.order_number,
        order_status=order.order_status,
        customer_name=name,
        created_at=order.created_at,
    )
