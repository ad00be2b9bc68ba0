"""Searches for a transporter of a delivery, and the offers that each made.

A trigger of the database sees to it, whoever writes: a delivery that is given or cancelled ends its search and its
open offers in the same transaction.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Double, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum
from dispatch.deliveries.models import Delivery


class OfferMode(StrEnum):
    """How a search asks."""

    DIRECT = "direct"
    """Nobody is asked: the best is given the delivery."""
    ONE = "one"
    """The best, then the next."""
    WAVES = "waves"
    """A few, then more, then more (``DISPATCH_OFFER_WAVES``)."""
    ALL = "all"
    """Everybody in reach at once, up to a bound."""


class SearchStatus(StrEnum):
    """``searching → assigned | exhausted | cancelled``."""

    SEARCHING = "searching"
    ASSIGNED = "assigned"
    EXHAUSTED = "exhausted"
    """Everybody who could be asked was asked; the delivery waits."""
    CANCELLED = "cancelled"
    """A dispatcher ended it, or the delivery was cancelled."""


class Exhausted(StrEnum):
    """What a search does that finds nobody."""

    TELL = "tell"
    """Dispatchers are told."""
    ASSIGN = "assign"
    """The delivery is given to the best, asked or not; dispatchers are told where there is none."""


class OfferStatus(StrEnum):
    """``queued → open → accepted | declined | expired | withdrawn | voided``."""

    QUEUED = "queued"
    """It is revealed a little later than others of its wave."""
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Another accepted, the delivery was cancelled, a dispatcher ended the search, or the transporter went off duty."""
    VOIDED = "voided"
    """The delivery was given to somebody without an offer."""


class DeclineReason(StrEnum):
    """Why a transporter does not want a delivery."""

    TOO_FAR = "too_far"
    VEHICLE = "vehicle"
    BUSY = "busy"
    BREAK = "break"
    ADDRESS = "address"
    UNSAFE = "unsafe"
    OTHER = "other"


class EndReason(StrEnum):
    """Why an offer was withdrawn or voided."""

    TAKEN = "taken"
    CANCELLED = "cancelled"
    SEARCH_ENDED = "search_ended"
    OFF_DUTY = "off_duty"
    ASSIGNED = "assigned"


UNANSWERED = "status IN ('queued', 'open')"


class OfferSearch(IdentityBase):
    """One search. ``deadline_s``: seconds that each offer stays open; ``wave``: the newest, from 1, 0 before the first.

    ``next_at``: when the present wave is over, or when it was to be looked after; ``ask_again``: also those who
    declined it or had it before.
    """

    __tablename__ = "offer_searches"
    __table_args__ = (
        Index("ix_offer_searches_one", "delivery_id", unique=True, postgresql_where=text("status = 'searching'")),
        Index("ix_offer_searches_next_at", "next_at", postgresql_where=text("status = 'searching'")),
        Index("ix_offer_searches_delivery_id", "delivery_id"),
    )

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    mode: Mapped[OfferMode] = mapped_column(text_enum(OfferMode))
    status: Mapped[SearchStatus] = mapped_column(text_enum(SearchStatus), default=SearchStatus.SEARCHING)
    deadline_s: Mapped[int] = mapped_column(Integer)
    on_exhausted: Mapped[Exhausted] = mapped_column(text_enum(Exhausted))
    ask_again: Mapped[bool] = mapped_column(Boolean, default=False)
    wave: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    started_by: Mapped[int | None] = mapped_column(reference("users.id"))
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    offers: Mapped[list["Offer"]] = relationship(lazy="raise", order_by="Offer.id", viewonly=True)


class Offer(IdentityBase):
    """One transporter is asked once in a search. Score 0–100, km from the pickup as the crow flies.

    ``single``: it was the transporter's only offer when it opened, so it counts in the acceptance rate. ``tell_at``:
    when the transporter's app is to hear of its status; None where it has.
    """

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_once", "search_id", "transporter_id", unique=True),
        Index("ix_offers_one_accepted", "search_id", unique=True, postgresql_where=text("status = 'accepted'")),
        Index("ix_offers_delivery_id", "delivery_id"),
        Index("ix_offers_unanswered", "transporter_id", postgresql_where=text(UNANSWERED)),
        Index("ix_offers_ended", "transporter_id", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_offers_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_offers_tell_at", "tell_at", postgresql_where=text("tell_at IS NOT NULL")),
        CheckConstraint(f"(ended_at IS NULL) = ({UNANSWERED})", name="ended_when_answered"),
        CheckConstraint("opens_at < deadline", name="time_to_answer"),
    )

    search_id: Mapped[int] = mapped_column(reference("offer_searches.id"))
    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"))
    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"))
    wave: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[OfferStatus] = mapped_column(text_enum(OfferStatus))
    decline_reason: Mapped[DeclineReason | None] = mapped_column(text_enum(DeclineReason))
    end_reason: Mapped[EndReason | None] = mapped_column(text_enum(EndReason))
    score: Mapped[float] = mapped_column(Double)
    distance_km: Mapped[float | None] = mapped_column(Double)
    single: Mapped[bool] = mapped_column(Boolean)
    opens_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    deadline: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    tell_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    delivery: Mapped[Delivery] = relationship(lazy="raise")

    def end(self, status: OfferStatus, now: datetime, *, why: EndReason | None = None) -> None:
        """Answered or over; whoever waits for it is told. Its delivery's row is held."""
        self.status, self.end_reason, self.ended_at, self.tell_at = status, why, now, now

    @property
    def is_unanswered(self) -> bool:
        """Whether it can still be answered, as far as its deadline allows."""
        return self.status in {OfferStatus.QUEUED, OfferStatus.OPEN}
