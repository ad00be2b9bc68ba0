"""What happened, event by event, for those who would rather ask than be told."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import QueryParameter
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import BIGINT_MAX, NO_NUL
from api.http.security import needs, scoped
from dispatch.accounts.api_keys import Scope
from dispatch.accounts.models import Role, User
from dispatch.errors import Invalid
from dispatch.events.catalogue import ALL, BEGINNINGS, TYPES, unknown_types
from dispatch.events.reading import EventMessage, events_after, message_of

After = Annotated[int, QueryParameter(ge=0, le=BIGINT_MAX, description="Events with a higher `sequence`.")]
Most = Annotated[int, QueryParameter(ge=1, le=1000, description="Events at most.")]
Types = Annotated[
    str | None,
    QueryParameter(
        max_length=1000,
        pattern=NO_NUL,
        description="Types, with commas between: `order.paid,delivery.*`. Default: all.",
    ),
]
Subject = Annotated[
    str | None, QueryParameter(max_length=64, pattern=NO_NUL, description="What it happened to: `delivery:12`.")
]


class EventList(Struct, frozen=True, kw_only=True):
    """Events in their order. ``next_after`` is what to ask for next, now or later: nothing is left out between.

    ``has_more``: there are more already.
    """

    results: list[EventMessage]
    next_after: int
    has_more: bool


def wanted_types(text: str | None) -> list[str] | None:
    """The types of a query. Raises Invalid, naming each that does not exist and what does."""
    if text is None:
        return None
    types = [name.strip() for name in text.split(",") if name.strip()]
    unknown = unknown_types(types)
    if unknown or not types:
        fits = ", ".join((*TYPES, *BEGINNINGS, ALL))
        told = f"no such: {', '.join(unknown)}" if unknown else "names none"
        raise Invalid("There is no such type of event.", fields={"types": f"{told}. There are {fits}"})
    return types


class EventController(Controller):
    """``/api/events``."""

    path = "/api/events"
    tags = ("events",)

    @get("/", guards=[needs(Role.ADMIN)], opt=scoped(Scope.EVENTS_READ))
    async def list_happened(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        after: After = 0,
        limit: Most = 100,
        types: Types = None,
        subject: Subject = None,
    ) -> EventList:
        """What happened after an event, oldest first; begin with 0, then ask with the `next_after` of each answer.

        Whoever asks so misses nothing: an event gets its `sequence` once it is committed, about a second later, and
        none comes before one that was shown. They are kept for `DISPATCH_EVENTS_KEEP_DAYS`. docs/events.md has the
        types and what each says in `data`.
        """
        del request
        found = (await work.session.scalars(events_after(after, wanted_types(types), subject, limit + 1))).all()
        shown = [message_of(event) for event in found[:limit]]
        return EventList(results=shown, next_after=shown[-1].sequence if shown else after, has_more=len(found) > limit)
