"""Where the fleet was: thinned tracks of all transporters in a past window, for dispatchers."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import QueryParameter
from msgspec import Struct

from api.http.areas import AREA_TOGETHER, CentreLat, CentreLon, RadiusKm, circle_of
from api.http.injected import GivenWork
from api.http.middleware.compression import PACKED
from api.http.queries import only_together
from api.http.query_times import WHEN, WHEN_WORDS, end_of, start_of
from api.http.schemas import PageNumber, PageSize, page_of_rows
from api.http.security import needs
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.tracking.fleet_tracks import USUAL, Track, heard_query, tracks_of, window_of

From = Annotated[
    str | None,
    QueryParameter(
        name="from", max_length=40, format=WHEN, description=f"{WHEN_WORDS} Default: an hour before the end."
    ),
]
Until = Annotated[
    str | None,
    QueryParameter(
        name="to", max_length=40, format=WHEN, description=f"At most 24 hours later. {WHEN_WORDS} Default: now."
    ),
]
Step = Annotated[int | None, QueryParameter(ge=1, le=3600, description="Seconds between the points of a track.")]


class TrackAnswer(Struct, frozen=True, kw_only=True):
    """Where a transporter was, in time order, as columns: seconds after `from`, latitudes and longitudes in degrees."""

    transporter_id: int
    name: str
    vehicle_type: str
    offsets_s: list[float]
    lats: list[float]
    lons: list[float]


class FleetTracks(Struct, frozen=True, kw_only=True):
    """A page of tracks; ``count``: how many transporters were heard in the window.

    ``step_s``: seconds between the points of a track, which are the first fix of each such step.
    """

    count: int
    next: str | None
    previous: str | None
    begins: datetime
    ends: datetime
    step_s: float
    results: list[TrackAnswer]


def track_answer(track: Track) -> TrackAnswer:
    """One track."""
    return TrackAnswer(
        transporter_id=track.transporter_id,
        name=track.name,
        vehicle_type=track.vehicle_type,
        offsets_s=list(track.offsets_s),
        lats=list(track.lats),
        lons=list(track.lons),
    )


class TrackController(Controller):
    """``/api/transporters/tracks/``."""

    path = "/api/transporters/tracks"
    tags = ("transporters",)
    guards = (needs(Role.ADMIN),)

    @get("/", opt=only_together(AREA_TOGETHER) | PACKED)
    async def list_tracks(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        since: From = None,
        until: Until = None,
        *,
        step_s: Step = None,
        lat: CentreLat = None,
        lon: CentreLon = None,
        radius_km: RadiusKm = None,
        page: PageNumber = 1,
        page_size: PageSize = 100,
    ) -> FleetTracks:
        """Tracks of all transporters that were heard in a window, thinned to a point each `step_s`.

        A track has at most 240 points, so `step_s` is at least the 240th part of the window. `lat`, `lon` and
        `radius_km`: only points in that circle; who was never there is left out of its page, as are doubtful fixes.
        """
        ends = end_of(until, "to") or services.clock.now()
        window = window_of(start_of(since, "from") or ends - USUAL, ends, step_s)
        found = await page_of_rows(request, work.session, heard_query(window), page, page_size)
        tracks = await tracks_of(work, found.results, window, circle_of(lat, lon, radius_km))
        return FleetTracks(
            count=found.count,
            next=found.next,
            previous=found.previous,
            begins=window.begins,
            ends=window.ends,
            step_s=window.step.total_seconds(),
            results=[track_answer(track) for track in tracks],
        )
