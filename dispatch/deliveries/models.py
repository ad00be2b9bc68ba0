"""Parcels on their way and what happened to them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Double,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    and_,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.database.base import (
    Amount,
    DateTimeUTC,
    IdentityAuditBase,
    IdentityBase,
    reference,
    text_enum,
)
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter


class DeliveryStatus(StrEnum):
    """``available → assigned → picked_up → in_transit → delivered``, or ``cancelled``."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"

    @property
    def display(self) -> str:
        """The status as people read it."""
        return "Available for Assignment" if self is DeliveryStatus.AVAILABLE else self.value.replace("_", " ").title()

    @property
    def under_way(self) -> bool:
        """Whether a transporter is on it, so that its position may be watched."""
        return self in UNDER_WAY


UNDER_WAY = frozenset({DeliveryStatus.ASSIGNED, DeliveryStatus.PICKED_UP, DeliveryStatus.IN_TRANSIT})

ABOARD = frozenset({DeliveryStatus.PICKED_UP, DeliveryStatus.IN_TRANSIT})
"""Those in which the parcel is where its transporter is."""

IS_UNDER_WAY = "status IN ('assigned', 'picked_up', 'in_transit')"
"""The same as SQL with constants: a condition with parameters does not always find the partial index."""


class Priority(StrEnum):
    """How urgent a delivery is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class HoldReason(StrEnum):
    """Why rolling dispatch lets a delivery wait that it could give."""

    NOT_READY = "not_ready"
    """Whoever went now would only wait at the pickup."""
    NO_ANSWER = "no_answer"
    """Everybody who could be asked was asked; it is asked again later, or a dispatcher gives it."""


class Ending(StrEnum):
    """How a delivery ended that did not go well; its status stays one of the contract's six."""

    LOST = "lost"
    DAMAGED = "damaged"
    RETURNED = "returned"
    """It went back to its seller as a delivery of its own."""


class PartialReason(StrEnum):
    """Why not all of a parcel's goods were handed over."""

    REFUSED_BY_CUSTOMER = "refused_by_customer"
    """The rest goes back to the seller."""
    DAMAGED = "damaged"
    MISSING = "missing"


class RetryAsker(StrEnum):
    """Who said when a parcel is tried again."""

    TRANSPORTER = "transporter"
    BUYER = "buyer"
    DISPATCHER = "dispatcher"


class Delivery(IdentityAuditBase):
    """A parcel: where from, where to, what it is, who has it. Degrees, kg, NPR, km."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("package_weight > 0", name="weight_positive"),
        CheckConstraint("delivery_fee >= 0", name="fee_not_negative"),
        CheckConstraint("(transporter_id IS NULL) = (status IN ('available', 'cancelled'))", name="who_has_it"),
        CheckConstraint("(pickup_lat IS NULL) = (pickup_lon IS NULL)", name="pickup_point_whole"),
        CheckConstraint("(delivery_lat IS NULL) = (delivery_lon IS NULL)", name="delivery_point_whole"),
        Index(
            "ix_deliveries_under_way",
            "transporter_id",
            postgresql_where=text(IS_UNDER_WAY),
        ),
        Index(
            "ix_deliveries_wanted",
            "requested_delivery_date",
            postgresql_where=text(
                "status IN ('available', 'assigned', 'picked_up', 'in_transit') AND requested_delivery_date IS NOT NULL"
            ),
        ),
        Index("ix_deliveries_created_at", "created_at"),
        Index("ix_deliveries_status", "status", "id"),
        Index("ix_deliveries_priority", "priority", "id"),
        Index("ix_deliveries_available", "created_at", postgresql_where=text("status = 'available'")),
        Index(
            "ix_deliveries_delivered",
            "transporter_id",
            "delivered_at",
            postgresql_where=text("delivered_at IS NOT NULL"),
        ),
        # With its transporter, so that whoever looks for one transporter's looks at no other's by whichever of the two.
        Index(
            "ix_deliveries_delivered_at",
            "delivered_at",
            "transporter_id",
            postgresql_where=text("delivered_at IS NOT NULL"),
        ),
        CheckConstraint("num_nulls(hold_until, hold_reason, held_in) IN (0, 3)", name="hold_whole"),
        Index("ix_deliveries_held_in", "held_in", "hold_until", postgresql_where=text("held_in IS NOT NULL")),
        CheckConstraint(
            "num_nulls(on_hold_since, on_hold_reason, on_hold_by) IN (0, 3) "
            "AND (on_hold_until IS NULL OR on_hold_until > on_hold_since)",
            name="on_hold_whole",
        ),
        Index("ix_deliveries_on_hold_by", "on_hold_by", postgresql_where=text("on_hold_by IS NOT NULL")),
        Index(
            "ix_deliveries_not_well",
            "sale_id",
            postgresql_where=text(
                "return_of IS NOT NULL OR ending IS NOT NULL OR partial_reason IS NOT NULL OR on_hold_since IS NOT NULL"
            ),
        ),
        CheckConstraint("buyer_rating BETWEEN 1 AND 5", name="buyer_rating_in_range"),
        CheckConstraint("num_nulls(retry_from, retry_asked_by, retry_asked_at) IN (0, 3)", name="retry_whole"),
        CheckConstraint("age_minimum BETWEEN 1 AND 120", name="age_in_range"),
        Index("uq_deliveries_sale_there", "sale_id", unique=True, postgresql_where=text("return_of IS NULL")),
        CheckConstraint("num_nulls(quantity_accepted, partial_reason) IN (0, 2)", name="part_whole"),
        CheckConstraint(
            "quantity_accepted IS NULL OR (quantity_accepted > 0 AND status = 'delivered')", name="part_handed_over"
        ),
        CheckConstraint(
            "rest_quantity IS NULL OR (rest_quantity > 0 AND return_of IS NOT NULL)", name="rest_comes_back"
        ),
        CheckConstraint("ending IS NULL OR status IN ('delivered', 'cancelled')", name="ending_at_the_end"),
    )

    delivery_id: Mapped[UUID] = mapped_column(unique=True)
    tracking_number: Mapped[str] = mapped_column(String(32), unique=True)
    sale_id: Mapped[int] = mapped_column(reference("sales.id"), index=True)
    return_of: Mapped[int | None] = mapped_column(reference("deliveries.id"), unique=True)
    """The delivery whose parcel this one brings back to its seller."""
    restocks: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    """Of a return: whether the goods are on sale again once they are back."""
    rest_quantity: Mapped[int | None] = mapped_column(Integer)
    """Of a return: so many goods, where the others were handed over; None is all that its sale still has."""
    quantity_accepted: Mapped[int | None] = mapped_column(Integer)
    """So many of its sale's goods were handed over, where that was not all of them."""
    partial_reason: Mapped[PartialReason | None] = mapped_column(text_enum(PartialReason))

    pickup_address: Mapped[str] = mapped_column(String(300))
    pickup_lat: Mapped[float | None] = mapped_column(Double)
    pickup_lon: Mapped[float | None] = mapped_column(Double)
    pickup_contact_name: Mapped[str] = mapped_column(String(120))
    pickup_contact_phone: Mapped[str] = mapped_column(String(32))
    pickup_instructions: Mapped[str] = mapped_column(Text, default="")
    delivery_address: Mapped[str] = mapped_column(String(300))
    delivery_lat: Mapped[float | None] = mapped_column(Double)
    delivery_lon: Mapped[float | None] = mapped_column(Double)
    delivery_contact_name: Mapped[str] = mapped_column(String(120))
    delivery_contact_phone: Mapped[str] = mapped_column(String(32))
    delivery_instructions: Mapped[str] = mapped_column(Text, default="")

    package_weight: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    package_dimensions: Mapped[str] = mapped_column(String(100), default="")
    package_value: Mapped[Amount | None]
    fragile: Mapped[bool] = mapped_column(Boolean, default=False)
    requires_signature: Mapped[bool] = mapped_column(Boolean, default=False)
    pickup_proof: Mapped[list[str]] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    """What is required at the pickup: values of ``ProofKind``."""
    drop_off_proof: Mapped[list[str]] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    return_proof: Mapped[list[str]] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    proof_count: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    """How many proof records it has."""
    age_minimum: Mapped[int | None] = mapped_column(SmallInteger)
    """How old the customer must be, where that is checked."""
    label: Mapped[str | None] = mapped_column(String(64))
    """The seller's own number on the parcel, which may be scanned like the tracking number."""
    special_instructions: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[Priority] = mapped_column(text_enum(Priority), default=Priority.NORMAL)
    delivery_fee: Mapped[Amount]
    distance_km: Mapped[float | None] = mapped_column(Double)
    requested_pickup_date: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    requested_delivery_date: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    ready_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When the parcel can be picked up; nobody has to be there sooner."""
    hold_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """Rolling dispatch gives it to nobody before, while it waits: nothing is lost by that."""
    hold_reason: Mapped[HoldReason | None] = mapped_column(text_enum(HoldReason))
    held_in: Mapped[int | None] = mapped_column(BigInteger)
    """The zone whose rolling dispatch holds it, 0 for what lies in none."""

    on_hold_since: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """A person lets it wait since then: nobody is given it, asked for it or may take it. Other than ``hold_until``."""
    on_hold_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """It waits as any other from then on, without anybody's doing; None: until somebody resumes it."""
    on_hold_reason: Mapped[str | None] = mapped_column(String(300))
    on_hold_by: Mapped[int | None] = mapped_column(reference("users.id"))

    retry_from: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """After an attempt: when the parcel is tried again at the earliest, as far as somebody said so."""
    retry_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """Until when somebody is there then."""
    retry_asked_by: Mapped[RetryAsker | None] = mapped_column(text_enum(RetryAsker))
    retry_asked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    status: Mapped[DeliveryStatus] = mapped_column(text_enum(DeliveryStatus), default=DeliveryStatus.AVAILABLE)
    ending: Mapped[Ending | None] = mapped_column(text_enum(Ending))
    """How it ended, where it did not go well: as cancelled, or after it had arrived."""
    transporter_id: Mapped[int | None] = mapped_column(reference("transporters.id"), index=True)
    pinned: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """A dispatcher chose who has it: nothing that decides by itself gives it to somebody else."""
    assigned_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    estimated_pickup_time: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    estimated_delivery_time: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    picked_up_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    earnings: Mapped[Amount | None]
    customer_rating: Mapped[int | None] = mapped_column(SmallInteger)
    """What the transporter reported that the customer said."""
    buyer_rating: Mapped[int | None] = mapped_column(SmallInteger)
    """What the customer said."""
    counted_rating: Mapped[int | None] = mapped_column(SmallInteger)
    """Which of the two the transporter's rating counts at present, if any."""
    pickup_photo: Mapped[str | None] = mapped_column(String(200))
    delivery_photo: Mapped[str | None] = mapped_column(String(200))
    pickup_signature: Mapped[str | None] = mapped_column(String(200))
    signature: Mapped[str | None] = mapped_column(String(200))

    sale: Mapped[Sale] = relationship(lazy="raise")
    transporter: Mapped[Transporter | None] = relationship(lazy="raise")
    tracking_history: Mapped[list["DeliveryStep"]] = relationship(
        lazy="raise", order_by="DeliveryStep.id", viewonly=True
    )

    @property
    def pickup_from(self) -> datetime | None:
        """When it can be picked up at the earliest, as far as that was said."""
        return self.ready_at or self.requested_pickup_date

    def is_on_hold(self, now: datetime) -> bool:
        """Whether a person lets it wait at a time."""
        return self.status is DeliveryStatus.AVAILABLE and holds(self.on_hold_since, self.on_hold_until, now)

    def end_hold(self) -> None:
        """Somebody has it, or it may be given at once; what a person holds is not ended by this."""
        self.hold_until = self.hold_reason = self.held_in = None


ON_HOLD = "Delivery is on hold; it is resumed before anybody has it"


def holds(since: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Whether a hold of a person stands at a time: nothing has to wake up for its end."""
    return since is not None and (until is None or until > now)


def not_on_hold(now: datetime) -> ColumnElement[bool]:
    """The opposite as a condition on the rows of deliveries."""
    return or_(Delivery.on_hold_since.is_(None), Delivery.on_hold_until <= now)


def waits_for_anybody(now: datetime) -> ColumnElement[bool]:
    """Whether somebody may be given a delivery at a time: the one condition of all that select what waits."""
    return and_(Delivery.status == DeliveryStatus.AVAILABLE, not_on_hold(now))


class DeliveryStep(IdentityBase):
    """One step of a delivery, with the place where it happened when that is known."""

    __tablename__ = "delivery_trackings"
    __table_args__ = (Index("ix_delivery_trackings_flagged", "delivery_id", postgresql_where=text("flags <> '{}'")),)

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), index=True)
    status: Mapped[DeliveryStatus] = mapped_column(text_enum(DeliveryStatus))
    message: Mapped[str] = mapped_column(String(300))
    notes: Mapped[str] = mapped_column(Text, default="")
    timestamp: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    """When it happened, as far as that is believed."""
    noticed_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    """When we were told."""
    happened_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When it happened by the word of the transporter's phone, believed or not."""
    transporter_id: Mapped[int | None] = mapped_column(reference("transporters.id"))
    """Who had the delivery then."""
    lat: Mapped[float | None] = mapped_column(Double)
    lon: Mapped[float | None] = mapped_column(Double)
    address: Mapped[str | None] = mapped_column(String(300))
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default=text("'{}'"))
    """What makes place or time implausible, for admins: values of ``PlaceFlag`` and ``TimeFlag``."""
