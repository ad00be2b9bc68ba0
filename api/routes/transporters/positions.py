"""Positions over HTTP into the ingest, and its refusals as answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.routes.transporters.services import TransporterServices
from dispatch.errors import Limit, TooMany, Unavailable
from realtime.ingest.app_frames import Received
from realtime.ingest.runs import Screened, Source
from realtime.ingest.submissions import IngestUnavailable, QuotaSpent

DAY_S = 86_400


async def keep(services: TransporterServices, source: Source, received: Received) -> Screened:
    """Returns once the accepted fixes are safe. Raises Unavailable, or TooMany where a day's are spent."""
    with _as_answers(services):
        return await services.ingest.keep(source, received.fixes, received.odd)


async def last_seq(services: TransporterServices, source: Source) -> int:
    """Highest safely stored seq of the source. Raises Unavailable."""
    with _as_answers(services):
        return await services.ingest.resume(source)


@contextmanager
def _as_answers(services: TransporterServices) -> Iterator[None]:
    try:
        yield
    except QuotaSpent as error:
        limit = Limit("pings", services.settings.ping_quota_per_day, DAY_S)
        raise TooMany(str(error), error.retry_after_s, code=error.code, limit=limit) from error
    except IngestUnavailable as error:
        raise Unavailable("Positions cannot be stored now. Send them again.", code=error.code) from error
