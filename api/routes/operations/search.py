"""One box for admins: a number, a phone, a name or a tracking number, however it is typed."""

from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Controller, get
from litestar.params import QueryParameter
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select

from api.http.injected import GivenWork
from api.http.schemas import SEARCHABLE
from api.http.security import needs
from dispatch.accounts.finding import has_text
from dispatch.accounts.models import Role, User
from dispatch.database.search import (
    any_contains,
    indexed_contains,
    is_number,
    stored_contains,
    stored_phones_like,
)
from dispatch.database.work import Work
from dispatch.deliveries.finding import is_sought, number_like
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.sought import SoughtDelivery
from dispatch.orders.finding import in_any, places_of_customer, places_of_phone
from dispatch.orders.models import DeliveryInfo, Order, OrderStatus

MOST: Final = 10
"""Of each kind, where nobody asks for more."""
Shown = Annotated[int, QueryParameter(ge=1, le=200, description="So many of each kind, the newest.")]
Searched = Annotated[str, QueryParameter(min_length=1, max_length=100, pattern=SEARCHABLE)]


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
    """The newest of each kind, a page of them; ``…_count``: so many there are of it."""

    deliveries: list[FoundDelivery]
    orders: list[FoundOrder]
    people: list[FoundPerson]
    deliveries_count: int
    orders_count: int
    people_count: int


class SearchController(Controller):
    """``/api/v1/operations/search``."""

    path = "/api/v1/operations/search"
    tags = ("operations",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def search(self, search: Searched, work: GivenWork, page_size: Shown = MOST) -> Found:
        """Deliveries, orders and accounts that have it: a number, a tracking number, a phone, a name or an address.

        A tracking number is found whatever stands between its signs, a phone by at least five of its digits, with or
        without +977, blanks and dashes; names in capitals or not.
        """
        deliveries = select(Delivery).where(_of_deliveries(search)).order_by(Delivery.id.desc())
        orders = (
            select(Order, DeliveryInfo.customer_name)
            .join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
            .where(_of_orders(search))
            .order_by(Order.id.desc())
        )
        people = select(User).where(has_text(search)).order_by(User.id.desc())
        return Found(
            deliveries=[_delivery(one) for one in await work.session.scalars(deliveries.limit(page_size))],
            orders=[_order(order, name) for order, name in await work.session.execute(orders.limit(page_size))],
            people=[_person(one) for one in await work.session.scalars(people.limit(page_size))],
            deliveries_count=await _count(work, deliveries),
            orders_count=await _count(work, orders),
            people_count=await _count(work, people),
        )


async def _count(work: Work, query: Select[Any, Any] | Select[Any]) -> int:
    """How many there are, whatever is shown of them."""
    rows = query.order_by(None).with_only_columns(literal(1)).subquery()
    return await work.session.scalar(select(func.count()).select_from(rows)) or 0


def _of_deliveries(text: str) -> ColumnElement[bool]:
    names = (Delivery.delivery_contact_name, Delivery.pickup_contact_name, Delivery.delivery_address)
    named = exists().where(Delivery.id == SoughtDelivery.delivery_id, any_contains(names, text))
    numbers = or_(is_number(SoughtDelivery.delivery_id, text), number_like(text))
    phones = stored_phones_like(text, SoughtDelivery.phones)
    return is_sought(numbers, stored_contains(SoughtDelivery.words, text) & named, *phones)


def _of_orders(text: str) -> ColumnElement[bool]:
    numbers = [is_number(Order.id, text), indexed_contains([Order.order_number], text)]
    return in_any([*numbers, *places_of_customer(text), *places_of_phone(text)])


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


def _person(one: User) -> FoundPerson:
    return FoundPerson(id=one.id, name=one.name, email=one.email, roles=one.roles, is_active=one.is_active)
