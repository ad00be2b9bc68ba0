"""All that is kept about a person, as a copy: each kind the newest first, bounded, without secrets of anybody.

Hashes of passwords and tokens are left out, and so is what belongs to others: a seller gets their sales without the
buyers' names, which they see on the sales' own pages while they need them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.api_keys import ApiKey
from dispatch.accounts.models import AccountLink, SignIn, User
from dispatch.addresses.models import SavedAddress
from dispatch.audit.models import AuditEvent
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.models import Product, StockChange
from dispatch.deliveries.models import Delivery, DeliveryStep
from dispatch.imports import ImportRun
from dispatch.notifications.models import OutboxMessage
from dispatch.orders.models import DeliveryInfo, Order, OrderItem
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund
from dispatch.privacy.messages import told_to
from dispatch.proofs.kinds import Proved
from dispatch.proofs.models import ProofRecord
from dispatch.proofs.refused import RefusedHandover
from dispatch.sales.models import Sale
from dispatch.sales.objections import DeliveryObjection
from dispatch.tracking.models import StoredFix
from dispatch.tracking.share_links import ShareLink
from dispatch.transporters.devices import TransporterDevice
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.models import Transporter, TransporterDocument, TransporterShift

MOST: Final = 2_000
"""Of each kind; how many more there are is said."""
Plain = bool | int | float | str | None
Row = dict[str, Plain]
"""A row's columns; what a column holds within has its path, such as `content.customer.name`."""

SECRET: Final = frozenset({"password_hash", "email_key", "refresh_hash", "previous_hash", "token_hash", "secret_hash"})
OF_OTHERS: Final = frozenset({"buyer_name", "buyer_id", "delivery_contact_name", "delivery_contact_phone"})
OF_SELLERS: Final = frozenset({"delivery_contact_name", "delivery_contact_phone", "delivery_instructions"})
"""Of what goes back to them."""
OF_CUSTOMERS: Final = frozenset(
    {"photo", "photo_hash", "signature", "signature_hash", "signed_by", "relation", "fingerprint"}
)
"""Of what a transporter sent as proof."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind, the newest first, and how many there are beyond them."""

    rows: list[Row]
    left_out: int


async def personal_data(session: AsyncSession, user: User) -> dict[str, Section]:
    """By the kind of what is kept; kinds of which there is nothing have no rows."""
    return {name: await _section(session, query) for name, query in _queries(user).items()}


async def _section(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> Section:
    found = (await session.execute(query.limit(MOST + 1))).mappings().all()
    if len(found) <= MOST:
        return Section([_plain_row(row) for row in found], 0)
    count = await session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    return Section([_plain_row(row) for row in found[:MOST]], (count or 0) - MOST)


def _queries(user: User) -> dict[str, Select[*tuple[Any, ...]]]:
    orders = select(Order.id).where(Order.customer_id == user.id)
    payments = select(PaymentTransaction.id).where(PaymentTransaction.user_id == user.id)
    bought = select(Sale.id).where(Sale.buyer_id == user.id)
    places = select(Order.delivery_info_id).where(Order.customer_id == user.id)
    carries = select(Transporter.id).where(Transporter.user_id == user.id)
    return {
        "account": _of(User, User.id == user.id),
        "sign_ins": _of(SignIn, SignIn.user_id == user.id),
        "links_in_mails": _of(AccountLink, AccountLink.user_id == user.id),
        "api_keys": _of(ApiKey, ApiKey.user_id == user.id),
        "saved_addresses": _of(SavedAddress, SavedAddress.user_id == user.id),
        "cart_items": _of(CartItem, CartItem.cart_id.in_(select(Cart.id).where(Cart.user_id == user.id))),
        "orders": _of(Order, Order.customer_id == user.id),
        "order_addresses": _of(DeliveryInfo, DeliveryInfo.id.in_(places)),
        "order_items": _of(OrderItem, OrderItem.order_id.in_(orders)),
        "payments": _of(PaymentTransaction, PaymentTransaction.user_id == user.id),
        "invoices": _of(Invoice, Invoice.payment_id.in_(payments)),
        "refunds": _of(Refund, Refund.payment_id.in_(payments)),
        "purchases": _of(Sale, Sale.buyer_id == user.id),
        "deliveries_received": _of(Delivery, Delivery.sale_id.in_(bought), Delivery.return_of.is_(None)),
        "deliveries_given_back": _of(
            Delivery, Delivery.sale_id.in_(bought), Delivery.return_of.is_not(None), but=OF_SELLERS
        ),
        "delivery_steps": _steps(bought),
        "proofs_of_delivery": _proofs(bought),
        "objections": _of(DeliveryObjection, DeliveryObjection.sale_id.in_(bought), but=frozenset({"decided_by"})),
        "share_links": _of(ShareLink, ShareLink.made_by == user.id),
        "products": _of(Product, Product.seller_id == user.id),
        "stock_changes": _of(StockChange, StockChange.user_id == user.id),
        "sales": _of(Sale, Sale.seller_id == user.id, but=OF_OTHERS),
        "imported_tables": _of(ImportRun, ImportRun.user_id == user.id),
        "transporter": _of(Transporter, Transporter.user_id == user.id),
        "transporter_documents": _of(TransporterDocument, TransporterDocument.transporter_id.in_(carries)),
        "documents_handed_in": _of(DocumentUpload, DocumentUpload.transporter_id.in_(carries)),
        "transporter_shifts": _of(TransporterShift, TransporterShift.transporter_id.in_(carries)),
        "transporter_devices": _of(TransporterDevice, TransporterDevice.transporter_id.in_(carries)),
        "deliveries_carried": _carried(carries),
        "proofs_sent": _proofs_sent(carries),
        "refused_steps": _of(RefusedHandover, RefusedHandover.transporter_id.in_(carries), but=OF_CUSTOMERS),
        "positions": _positions(carries),
        "messages": _of(OutboxMessage, told_to(user)),
        "acts": _of(AuditEvent, AuditEvent.actor_id == user.id),
    }


def _of(model: type[Any], *conditions: ColumnElement[bool], but: frozenset[str] = SECRET) -> Select[*tuple[Any, ...]]:
    """The columns of a table without secrets, its newest rows first."""
    columns = [column for column in inspect(model).columns if column.name not in SECRET | but]
    return select(*columns).where(*conditions).order_by(model.id.desc())


def _carried(carries: Select[int]) -> Select[*tuple[Any, ...]]:
    """What a transporter carried, without where to: that is the buyers'."""
    columns = (
        Delivery.id,
        Delivery.tracking_number,
        Delivery.status,
        Delivery.assigned_at,
        Delivery.picked_up_at,
        Delivery.delivered_at,
        Delivery.delivery_fee,
        Delivery.earnings,
        Delivery.counted_rating,
    )
    return select(*columns).where(Delivery.transporter_id.in_(carries)).order_by(Delivery.id.desc())


def _steps(bought: Select[int]) -> Select[*tuple[Any, ...]]:
    """What happened to the parcels of a buyer, without where they were fetched: that is the seller's."""
    columns = (
        DeliveryStep.delivery_id,
        DeliveryStep.status,
        DeliveryStep.message,
        DeliveryStep.timestamp,
        DeliveryStep.noticed_at,
    )
    theirs = select(Delivery.id).where(Delivery.sale_id.in_(bought), Delivery.return_of.is_(None))
    return select(*columns).where(DeliveryStep.delivery_id.in_(theirs)).order_by(DeliveryStep.id.desc())


def _proofs(bought: Select[int]) -> Select[*tuple[Any, ...]]:
    """What proves that a buyer's parcels were handed over or tried at the door, as it is written; of no pickup."""
    columns = (
        ProofRecord.delivery_id,
        ProofRecord.end,
        ProofRecord.happened_at,
        ProofRecord.noticed_at,
        ProofRecord.signed_by,
        ProofRecord.relation,
        ProofRecord.checked,
        ProofRecord.reason,
        ProofRecord.lat,
        ProofRecord.lon,
        ProofRecord.distance_m,
        ProofRecord.photo.is_not(None).label("has_photo"),
        ProofRecord.signature.is_not(None).label("has_signature"),
    )
    theirs = select(Delivery.id).where(Delivery.sale_id.in_(bought), Delivery.return_of.is_(None))
    at_door = ProofRecord.delivery_id.in_(theirs) & ProofRecord.end.in_((Proved.DROP_OFF, Proved.ATTEMPT))
    return select(*columns).where(at_door).order_by(ProofRecord.id.desc())


def _proofs_sent(carries: Select[int]) -> Select[*tuple[Any, ...]]:
    """Where and when a transporter said to hand over or to have tried; who signed is the buyer's."""
    columns = (
        ProofRecord.delivery_id,
        ProofRecord.end,
        ProofRecord.happened_at,
        ProofRecord.noticed_at,
        ProofRecord.reason,
        ProofRecord.lat,
        ProofRecord.lon,
        ProofRecord.fix_age_s,
    )
    return select(*columns).where(ProofRecord.transporter_id.in_(carries)).order_by(ProofRecord.id.desc())


def _positions(carries: Select[int]) -> Select[*tuple[Any, ...]]:
    columns = (StoredFix.recorded_at, StoredFix.received_at, StoredFix.lat, StoredFix.lon, StoredFix.device)
    return select(*columns).where(StoredFix.transporter_id.in_(carries)).order_by(StoredFix.recorded_at.desc())


def _plain_row(row: Mapping[Any, Any]) -> Row:
    return {path: value for name, held in row.items() for path, value in _flat(str(name), held)}


def _flat(path: str, value: Any) -> Iterator[tuple[str, Plain]]:  # noqa: ANN401  a column's
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _flat(f"{path}.{at}", inner)
    else:
        yield path, _plain(value)


def _plain(value: Any) -> Plain:  # noqa: ANN401  a column's
    """As JSON has it; amounts as text, so that nothing of them is lost."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | None) else str(value)
