"""What handlers are given by name, besides what the request itself says.

Each group of routes gives its own ``services``, put together in the module of that name beside them. They are ours, so
nothing is validated: msgspec would try to read what is a dataclass anew.
"""

from collections.abc import AsyncIterator
from typing import TypeAlias

from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from api.process.resources import Feature
from dispatch.database.work import Work

GivenWork: TypeAlias = NamedDependency[SkipValidation[Work]]
"""The request's unit of work, committed when the handler is done and before the answer leaves."""


def given(services: Feature) -> dict[str, Provide]:
    """What the handlers of one feature may name: ``services`` and ``work``."""

    def provide_services() -> Feature:
        return services

    return {"services": Provide(provide_services, sync_to_thread=False), "work": Provide(provide_work)}


async def provide_work(services: NamedDependency[SkipValidation[Feature]]) -> AsyncIterator[Work]:
    """The request's unit of work: committed once, when the handler is done and before the answer leaves."""
    async with services.database.work() as work:
        yield work
