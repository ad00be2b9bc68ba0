"""Why a transporter cannot be given a delivery, in a code and in words that say what would have to change."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from dispatch.accounts.models import Role, User
from dispatch.assignments.pool import Pool
from dispatch.database.work import Work
from dispatch.deliveries.loads import NOTHING, Load, loads_of
from dispatch.deliveries.models import Delivery
from dispatch.ports import Clock
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import has_bad_paper
from scoring import Reason


class Exclusion(StrEnum):
    """What stands against a transporter, from what is nearest to success to what is farthest from it."""

    TOO_FAR = "too_far"
    """Beyond the assignment radius of the pickup; a dispatcher may give it all the same."""
    OFFLINE = "offline"
    """Not heard of for long; a dispatcher may give it all the same."""
    NO_SLOT = "no_slot"
    TOO_HEAVY = "too_heavy"
    NOT_AVAILABLE = "not_available"
    PAPERS = "papers"
    NOT_VERIFIED = "not_verified"
    ACCOUNT = "account"


OF_RANKING = {
    Reason.TOO_FAR: Exclusion.TOO_FAR,
    Reason.TOO_HEAVY: Exclusion.TOO_HEAVY,
    Reason.NO_SLOT: Exclusion.NO_SLOT,
    Reason.UNAVAILABLE: Exclusion.NOT_AVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who is no candidate. Km and kg; None where it is not known or does not matter."""

    transporter_id: int
    name: str
    vehicle_type: str
    why: Exclusion
    words: str
    distance_km: float | None = None
    free_kg: float | None = None
    active: int = 0
    max_active: int = 0


def words_of(
    why: Exclusion, load: Load, transporter: Transporter, delivery: Delivery, distance_km: float | None
) -> str:
    """The reason in words about this transporter."""
    if why is Exclusion.TOO_HEAVY:
        free_kg = load.shown_free_kg(transporter)
        return f"Has {free_kg:g} kg free; the package weighs {float(delivery.package_weight):g} kg."
    if why is Exclusion.NO_SLOT:
        return f"Has {load.active} deliveries under way, of {transporter.max_active} at most."
    if why is Exclusion.TOO_FAR and distance_km is not None:
        return f"Is {distance_km:.1f} km from the pickup, beyond the assignment radius."
    return WORDS[why]


WORDS = {
    Exclusion.TOO_FAR: "Is beyond the assignment radius of the pickup.",
    Exclusion.OFFLINE: "Is offline.",
    Exclusion.NOT_AVAILABLE: "Has said not to be available.",
    Exclusion.PAPERS: "Has a document that is expired or not verified.",
    Exclusion.NOT_VERIFIED: "Is not verified.",
    Exclusion.ACCOUNT: "The account is closed or no longer a transporter's.",
}


async def outside_of(work: Work, clock: Clock, pool: Pool) -> list[Excluded]:
    """Everybody who is not in the pool, with the first thing that stands against each; unordered."""
    known = {transporter.id for transporter in pool.transporters}
    rows = await work.session.execute(
        select(
            Transporter.id,
            User.name,
            Transporter.vehicle_type,
            Transporter.is_available,
            Transporter.verified_at,
            Transporter.max_active,
            has_bad_paper(clock.now().date()).label("bad_paper"),
            User.is_active,
            User.roles,
        ).join(User, User.id == Transporter.user_id)
    )
    found = []
    loads = await loads_of(work.session)
    for row in rows:
        if row.id in known:
            continue
        if not (row.is_active and Role.TRANSPORTER in row.roles):
            why = Exclusion.ACCOUNT
        elif row.verified_at is None:
            why = Exclusion.NOT_VERIFIED
        elif row.bad_paper:
            why = Exclusion.PAPERS
        else:
            why = Exclusion.OFFLINE if row.is_available else Exclusion.NOT_AVAILABLE
        active = loads.get(row.id, NOTHING).active
        found.append(
            Excluded(row.id, row.name, row.vehicle_type, why, WORDS[why], active=active, max_active=row.max_active)
        )
    return found


def exclusion_of(transporter: Transporter, load: Load, delivery: Delivery, clock: Clock) -> Exclusion | None:
    """What forbids giving a delivery to a transporter, whatever a dispatcher wants; its user and papers are loaded."""
    if not transporter.account_in_order:
        return Exclusion.ACCOUNT
    if transporter.verified_at is None:
        return Exclusion.NOT_VERIFIED
    if not transporter.papers_in_order(clock.now().date()):
        return Exclusion.PAPERS
    if not transporter.is_available:
        return Exclusion.NOT_AVAILABLE
    if delivery.package_weight > load.free_kg(transporter):
        return Exclusion.TOO_HEAVY
    return Exclusion.NO_SLOT if load.active >= transporter.max_active else None
