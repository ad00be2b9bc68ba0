"""Keeping decisions, finding them again, and letting go of old ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from dispatch.database.among import among
from dispatch.database.engine import Database, raised_alike
from dispatch.database.work import Work
from dispatch.decisions.models import DecidedDelivery, Decision, DecisionKind
from dispatch.deliveries.models import Delivery
from dispatch.errors import NotFound
from dispatch.ports import Clock

SEED = 0
FORMER = 20
# Each of them may hold a city and name thousands of deliveries.
DROPPED_AT_ONCE = 50

_KEEP = """
WITH made AS (
    INSERT INTO decisions (
        made_at, kind, asked_by, run_id, engine, weights, radius_m, vehicle_type, seed, online, deliveries, total,
        upper_bound, certified, packed
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, cardinality($15::bigint[]), $11, $12, $13, $14)
    RETURNING id
), decided AS (
    INSERT INTO decided_deliveries (delivery_id, decision_id, place)
    SELECT d.id, made.id, d.place - 1 FROM made, unnest($15::bigint[]) WITH ORDINALITY AS d (id, place)
)
SELECT id FROM made
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a decision was made. Metres; ``weights`` of distance, rating, capacity and workload."""

    engine: int
    weights: tuple[float, float, float, float]
    radius_m: float
    vehicle_type: str | None = None
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Quality:
    """A plan's sum of scores, and what no plan can exceed."""

    total: float
    upper_bound: float
    certified: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """How a decision came about: by whom (None: an operator's command), when, and in which run."""

    kind: DecisionKind
    user_id: int | None
    at: datetime
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class DecidedParcel:
    """A delivery that a decision was about."""

    delivery_id: int
    tracking_number: str


async def keep_decision(
    work: Work,
    asked: Asked,
    terms: Terms,
    packed: bytes,
    *,
    online: int,
    delivery_ids: Sequence[int],
    quality: Quality | None = None,
) -> int:
    """Write a decision in the transaction of what was decided; its number. ``packed``: see ``Snapshot.pack``."""
    with raised_alike():
        driver = await work.driver()
        number: int = await driver.fetchval(
            _KEEP,
            asked.at,
            asked.kind.value,
            asked.user_id,
            asked.run_id,
            terms.engine,
            list(terms.weights),
            terms.radius_m,
            terms.vehicle_type,
            terms.seed,
            online,
            None if quality is None else quality.total,
            None if quality is None else quality.upper_bound,
            None if quality is None else quality.certified,
            packed,
            list(delivery_ids),
        )
    return number


async def find_decision(session: AsyncSession, delivery_id: int, at: datetime | None = None) -> tuple[Decision, int]:
    """The latest decision about a delivery, or the latest until a time, and its row there. Raises NotFound."""
    query = (
        select(Decision, DecidedDelivery.place)
        .join(DecidedDelivery, DecidedDelivery.decision_id == Decision.id)
        .where(DecidedDelivery.delivery_id == delivery_id)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    row = (await session.execute(query if at is None else query.where(Decision.made_at <= at))).first()
    if row is None:
        raise NotFound("No decision about this delivery is kept.", code="no_decision")
    return row[0], row[1]


async def decisions_about(session: AsyncSession, delivery_id: int) -> Sequence[Decision]:
    """The newest decisions about a delivery, without what they were made from."""
    query = (
        select(Decision)
        .options(defer(Decision.packed, raiseload=True))
        .join(DecidedDelivery, DecidedDelivery.decision_id == Decision.id)
        .where(DecidedDelivery.delivery_id == delivery_id)
        .order_by(Decision.id.desc())
        .limit(FORMER)
    )
    return (await session.scalars(query)).all()


def decisions_query(since: datetime | None, until: datetime | None) -> Select[Decision]:
    """Decisions of a time, both ends included, newest first, without what they were made from, for a page."""
    query = select(Decision).options(defer(Decision.packed, raiseload=True)).order_by(Decision.id.desc())
    if since is not None:
        query = query.where(Decision.made_at >= since)
    return query if until is None else query.where(Decision.made_at <= until)


async def decided_in(session: AsyncSession, decision_ids: Sequence[int], most: int) -> dict[int, list[DecidedParcel]]:
    """What decisions were about, at most so many deliveries of each, in the order in which they stand there."""
    query = (
        select(DecidedDelivery.decision_id, Delivery.id, Delivery.tracking_number)
        .join(Delivery, Delivery.id == DecidedDelivery.delivery_id)
        .where(among(DecidedDelivery.decision_id, decision_ids), DecidedDelivery.place < most)
        .order_by(DecidedDelivery.decision_id, DecidedDelivery.place)
    )
    found: dict[int, list[DecidedParcel]] = {}
    for decision_id, delivery_id, tracking_number in await session.execute(query):
        found.setdefault(decision_id, []).append(DecidedParcel(delivery_id, tracking_number))
    return found


class DecisionRetention:
    """Drops decisions that were made long ago; the assignments with their scores stay."""

    def __init__(self, database: Database, clock: Clock, *, keep_days: int) -> None:
        """``keep_days``: 0 keeps everything."""
        self._database = database
        self._clock = clock
        self._keep_days = keep_days

    async def sweep(self) -> None:
        """A portion at a time. Deleting twice is once."""
        if not self._keep_days:
            return
        before = self._clock.now() - timedelta(days=self._keep_days)
        old = select(Decision.id).where(Decision.made_at < before).order_by(Decision.id).limit(DROPPED_AT_ONCE)
        while True:
            async with self._database.work() as work:
                gone = (await work.session.scalars(old.with_for_update(skip_locked=True))).all()
                await work.session.execute(
                    delete(Decision).where(Decision.id.in_(gone)).execution_options(synchronize_session=False)
                )
            if len(gone) < DROPPED_AT_ONCE:
                return
