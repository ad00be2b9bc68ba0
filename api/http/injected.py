"""What handlers are given by name, besides what the request itself says."""

from typing import TypeAlias

from litestar.di import NamedDependency

from api.server.services import Services
from dispatch.database.work import Work

GivenServices: TypeAlias = NamedDependency[Services]
"""The services of this process."""

GivenWork: TypeAlias = NamedDependency[Work]
"""The request's unit of work, committed when the handler is done and before the answer leaves."""
