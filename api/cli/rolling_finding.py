"""Is somebody dispatching where it is to happen by itself? For ``dispatch doctor``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from api.cli.findings import Finding
from dispatch.database.engine import Database
from dispatch.ports import Clock
from dispatch.rolling.report import PlaceReport, RollingReports
from dispatch.rolling.rules import RollingRules

CHECK = "rolling"
NAMED = 5


async def rolling_finding(database: Database, clock: Clock, rules: RollingRules) -> Finding:
    """Which places are dispatched by themselves, and the first thing that is wrong with them."""
    try:
        async with database.work() as work:
            places = [one for one in await RollingReports(work, clock, rules).of_all() if one.is_on]
    except (SQLAlchemyError, OSError) as error:
        return Finding(CHECK, "bad", type(error).__name__, "see database")
    return judged(places, clock.now())


def judged(places: Sequence[PlaceReport], now: datetime) -> Finding:
    """``places``: those where it is on."""
    if not places:
        return Finding(CHECK, "ok", "no place is dispatched by itself")
    late = [one for one in places if one.place is None or one.place.lease_until <= now]
    if late:
        waits = any(one.place is not None and one.place.waiting for one in late)
        advice = "no process ticks there: is `dispatch serve` running, and what does its log say?"
        return Finding(CHECK, "bad" if waits else "warning", f"{_named(late)}: {_last_tick(late[0], now)}", advice)
    errors = {one: one.place.error for one in places if one.place is not None and one.place.error}
    if errors:
        found = f"{_named(list(errors))}: {next(iter(errors.values()))}"
        return Finding(CHECK, "warning", found, "the last tick failed; the next tries again")
    return Finding(CHECK, "ok", f"{_named(places)}: dispatched by themselves")


def _named(places: Sequence[PlaceReport]) -> str:
    names = ["outside of all zones" if one.zone is None else one.zone.name for one in places[:NAMED]]
    more = len(places) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _last_tick(late: PlaceReport, now: datetime) -> str:
    if late.place is None:
        return "no tick yet"
    return f"the next tick was due {(now - late.place.next_at).total_seconds():.0f} s ago"
