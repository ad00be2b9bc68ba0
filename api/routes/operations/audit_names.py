"""What the audit log speaks of, by the names that people know."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.schemas import BIGINT_MAX
from dispatch.accounts.models import User
from dispatch.audit.models import AuditEvent
from dispatch.catalogue.models import Product
from dispatch.deliveries.models import Delivery
from dispatch.orders.models import Order
from dispatch.transporters.models import Transporter
from dispatch.zones.models import Zone

PERSON = "user"
_PERSON_NAME = func.coalesce(func.nullif(User.name, ""), User.email)
# Each with the column of its number. Nobody knows runs, plans, refunds and keys by a name.
_NAMED: Mapping[str, tuple[Select[Any, Any], ColumnElement[int]]] = {
    PERSON: (select(User.id, _PERSON_NAME), User.id.expression),
    "transporter": (
        select(Transporter.id, _PERSON_NAME).join(User, User.id == Transporter.user_id),
        Transporter.id.expression,
    ),
    "delivery": (select(Delivery.id, Delivery.tracking_number), Delivery.id.expression),
    "order": (select(Order.id, Order.order_number), Order.id.expression),
    "product": (select(Product.id, Product.name), Product.id.expression),
    "zone": (select(Zone.id, Zone.name), Zone.id.expression),
}


async def audit_names(session: AsyncSession, events: Sequence[AuditEvent]) -> dict[tuple[str, str], str]:
    """Names by kind and id, of who acted and of what it was done to, from one statement. What is gone has none."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.actor_id is not None:
            wanted[PERSON].add(event.actor_id)
        # A wrong sign-in is kept under what was typed.
        if event.subject_kind in _NAMED and event.subject_id.isascii() and event.subject_id.isdecimal():
            wanted[event.subject_kind].add(int(event.subject_id))
    for event in events:
        taker = event.detail.get("transporter_id")
        if isinstance(taker, int):
            wanted["transporter"].add(taker)
    parts = [
        query.add_columns(literal(kind)).where(number.in_(sorted(one for one in wanted[kind] if one <= BIGINT_MAX)))
        for kind, (query, number) in _NAMED.items()
        if wanted[kind]
    ]
    if not parts:
        return {}
    return {(kind, str(number)): name for number, name, kind in await session.execute(union_all(*parts))}
