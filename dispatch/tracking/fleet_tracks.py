"""Where the whole fleet was in a past window: a thinned track of each transporter that was heard.

A point is looked up for each step of each track, so a page costs the same however many fixes there are.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.geo import Circle, great_circles_m
from dispatch.tracking.models import StoredFix
from dispatch.tracking.path import LEFT_OUT
from dispatch.transporters.models import Transporter

LONGEST = timedelta(days=1)
USUAL = timedelta(hours=1)
MOST_POINTS = 240
"""Of one track: a window of an hour has a point each quarter of a minute."""

_POINTS = """
SELECT who.id AS transporter_id, fix.lat, fix.lon, fix.recorded_at
FROM unnest($1::bigint[]) AS who (id)
CROSS JOIN generate_series(0, $5::int - 1) AS step (number)
CROSS JOIN LATERAL (
    SELECT lat, lon, recorded_at FROM stored_fixes
    WHERE transporter_id = who.id
        AND recorded_at >= $2 AND recorded_at <= $3
        AND recorded_at >= $2 + step.number * $4::interval AND recorded_at < $2 + (step.number + 1) * $4::interval
        AND NOT flags && $6::varchar[]
    ORDER BY recorded_at LIMIT 1
) AS fix
ORDER BY who.id, fix.recorded_at
"""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, both included, and how far apart the points of a track are."""

    begins: datetime
    ends: datetime
    step: timedelta

    @property
    def steps(self) -> int:
        """How many points a track has at most."""
        return math.floor((self.ends - self.begins) / self.step) + 1


@dataclass(frozen=True, slots=True)
class Track:
    """Where a transporter was, in time order: seconds since the window began, degrees."""

    transporter_id: int
    name: str
    vehicle_type: str
    offsets_s: Sequence[float]
    lats: Sequence[float]
    lons: Sequence[float]


def window_of(begins: datetime, ends: datetime, step_s: int | None) -> Window:
    """A window whose steps are ``step_s``, or as small as ``MOST_POINTS`` allows. Raises Invalid."""
    if begins >= ends:
        raise Invalid("Some fields are missing or wrong.", fields={"to": "must lie after from"})
    if ends - begins > LONGEST:
        raise Invalid("Some fields are missing or wrong.", fields={"to": "must lie within 24 hours after from"})
    least_s = math.ceil((ends - begins).total_seconds() / MOST_POINTS)
    return Window(begins, ends, timedelta(seconds=max(step_s or 1, least_s)))


def heard_query(window: Window) -> Select[Transporter]:
    """Transporters of which a fix is stored in a window, with their users, for a page."""
    heard = exists().where(
        StoredFix.transporter_id == Transporter.id,
        StoredFix.recorded_at >= window.begins,
        StoredFix.recorded_at <= window.ends,
    )
    query = select(Transporter).where(heard).options(joinedload(Transporter.user).load_only(User.name))
    return query.order_by(Transporter.id)


async def tracks_of(
    work: Work, transporters: Sequence[Transporter], window: Window, around: Circle | None
) -> list[Track]:
    """The tracks of a page, or what of them lies in a circle; who was never there is left out. One statement."""
    driver = await work.driver()
    rows = await driver.fetch(
        _POINTS,
        [one.id for one in transporters],
        window.begins,
        window.ends,
        window.step,
        window.steps,
        LEFT_OUT,
    )
    return await asyncio.to_thread(_tracks, rows, transporters, window, around)


def _tracks(
    rows: Sequence[tuple[int, float, float, datetime]],
    transporters: Sequence[Transporter],
    window: Window,
    around: Circle | None,
) -> list[Track]:
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    lats = np.array([row[1] for row in rows], dtype=np.float64)
    lons = np.array([row[2] for row in rows], dtype=np.float64)
    offsets = np.array([(row[3] - window.begins).total_seconds() for row in rows], dtype=np.float64)
    if around is not None:
        kept = great_circles_m(around.lat, around.lon, lats, lons) <= around.radius_m
        ids, lats, lons, offsets = ids[kept], lats[kept], lons[kept], offsets[kept]
    found = []
    for one in transporters:
        mine = slice(*np.searchsorted(ids, [one.id, one.id + 1]))
        if ids[mine].size:
            where = (np.round(offsets[mine], 1), np.round(lats[mine], 6), np.round(lons[mine], 6))
            found.append(Track(one.id, one.user.name, one.vehicle_type, *(values.tolist() for values in where)))
    return found
