"""A zone in a query: what lies in its area."""

from typing import Annotated, Any

from litestar.params import QueryParameter

from api.http.schemas import BIGINT_MAX
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.zones.models import Zone

ZoneQuery = Annotated[int | None, QueryParameter(ge=1, le=BIGINT_MAX, description="The number of a zone.")]


async def area_of(work: Work, zone_id: int | None) -> dict[str, Any] | None:
    """The area of a zone; None where none is asked for. Raises Invalid where there is no such zone."""
    if zone_id is None:
        return None
    zone = await work.session.get(Zone, zone_id)
    if zone is None:
        raise Invalid("There is no such zone.", fields={"zone": "must be the number of a zone"})
    return zone.area
