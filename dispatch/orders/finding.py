"""Orders by a text, which may be in several tables.

Each place is looked up for itself, so that it goes by its index: with an OR between them every order would be read.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select, union_all

from dispatch.database.search import contains, indexed_contains, phones_like
from dispatch.orders.models import SEARCHED_PHONES, SEARCHED_WORDS, DeliveryInfo, Order, OrderItem

WORDS = [getattr(DeliveryInfo, name) for name in SEARCHED_WORDS]
PHONES = [getattr(DeliveryInfo, name) for name in SEARCHED_PHONES]


def in_any(places: Iterable[ColumnElement[bool]], only: Sequence[ColumnElement[bool]] = ()) -> ColumnElement[bool]:
    """Whether an order has what is looked for in one of these places.

    ``only``: what the query wants besides and few orders have: whoever has few is not made to look through all.
    """
    looks = (select(Order.id).where(*only, place).correlate(None) for place in places)
    return Order.id.in_(union_all(*looks))


def places_of_text(search: str) -> list[ColumnElement[bool]]:
    """Where an order may have a text: in its number, its address or what was ordered."""
    ordered = select(OrderItem.order_id).where(indexed_contains([OrderItem.product_name], search))
    number, there = indexed_contains([Order.order_number], search), indexed_contains(WORDS, search)
    return [number, _goes_where(there), Order.id.in_(ordered)]


def places_of_customer(search: str) -> list[ColumnElement[bool]]:
    """Where an order may have the name of who gets it; by the index of all words of its address."""
    return [_goes_where(indexed_contains(WORDS, search) & contains(DeliveryInfo.customer_name, search))]


def places_of_phone(search: str) -> list[ColumnElement[bool]]:
    """Where an order may have a phone number; nowhere, where the text is none."""
    return [_goes_where(phone) for phone in phones_like(search, PHONES)]


def _goes_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Order.delivery_info_id.in_(select(DeliveryInfo.id).where(condition))
