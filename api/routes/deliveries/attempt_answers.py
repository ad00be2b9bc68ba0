"""Attempts in answers: what anybody with the tracking number is told, and what more those see who carry and sell."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from api.routes.deliveries.proof_links import OpenLink, ProofLinks
from api.routes.deliveries.step_answers import Point
from dispatch.deliveries.attempts.models import AttemptReason, DeliveryAttempt
from dispatch.deliveries.models import Delivery, DeliveryStatus, RetryAsker


class AttemptAnswer(Struct, frozen=True, kw_only=True):
    """The transporter was at the door: when, and why it could not hand the parcel over, as a word and as a sentence."""

    number: int
    reason: AttemptReason
    message: str
    timestamp: datetime
    noticed_at: datetime


class NotedAttempt(AttemptAnswer, frozen=True, kw_only=True):
    """The same with what its transporter noted; ``photo``: where it can be looked at for a while, without signing in.

    ``flags``, what makes it implausible, are for admins alone.
    """

    transporter_id: int
    note: str
    location: Point | None
    has_photo: bool
    photo: OpenLink | None
    next_try_at: datetime | None
    happened_at: datetime | None
    flags: list[str] | UnsetType = UNSET


class NextTry(Struct, frozen=True):
    """When a parcel is tried again, and who said so; ``ends_at`` is null where only a time was named."""

    starts_at: datetime
    ends_at: datetime | None
    asked_by: RetryAsker


class AttemptedAnswer(Struct, frozen=True, kw_only=True):
    """An attempt for its transporter: how often the parcel may still be tried, and when it is next."""

    status: DeliveryStatus
    attempt: NotedAttempt
    attempts_left: int
    next_try: NextTry | None


class RescheduledAnswer(Struct, frozen=True, kw_only=True):
    """When a parcel is tried again."""

    delivery_id: int
    delivery_uuid: str
    status: DeliveryStatus
    next_try: NextTry | None


def attempt_answer(attempt: DeliveryAttempt) -> AttemptAnswer:
    """An attempt for anybody who has the tracking number."""
    return AttemptAnswer(
        number=attempt.number,
        reason=attempt.reason,
        message=attempt.reason.told,
        timestamp=attempt.at,
        noticed_at=attempt.noticed_at,
    )


def noted_attempt(attempt: DeliveryAttempt, links: ProofLinks, *, for_admin: bool) -> NotedAttempt:
    """An attempt for who has to do with the delivery."""
    return NotedAttempt(
        **asdict(attempt_answer(attempt)),
        transporter_id=attempt.transporter_id,
        note=attempt.note,
        location=None if attempt.lat is None or attempt.lon is None else Point(attempt.lat, attempt.lon),
        has_photo=attempt.photo is not None,
        photo=None if attempt.photo is None else links.to(attempt.photo),
        next_try_at=attempt.next_try_at,
        happened_at=attempt.happened_at,
        flags=attempt.flags if for_admin else UNSET,
    )


def next_try(delivery: Delivery) -> NextTry | None:
    """When it is tried again, while it is on its way."""
    if not delivery.status.under_way or delivery.retry_from is None or delivery.retry_asked_by is None:
        return None
    return NextTry(delivery.retry_from, delivery.retry_until, delivery.retry_asked_by)
