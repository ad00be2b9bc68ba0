"""What the routes of operations are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.process.process_roles import ProcessRole
from api.process.resources import Feature, Resources
from api.process.write_checks import WriteChecks, build_write_checks
from dispatch.ports import PhotoStore
from realtime.redis.incarnation import IncarnationWatch


@dataclass(frozen=True, slots=True)
class OperationServices(Feature):
    """The operators' share of a process."""

    write_checks: WriteChecks
    incarnation: IncarnationWatch

    @property
    def part(self) -> ProcessRole:
        """Which part of the server this process is."""
        return self.resources.part


GivenServices: TypeAlias = NamedDependency[SkipValidation[OperationServices]]
"""The parts of this feature, as its routes name them."""


def build_operation_services(resources: Resources, stores: Sequence[PhotoStore] = ()) -> OperationServices:
    """Join them. ``stores``: where pictures are kept."""
    database, redis, keys = resources.database, resources.redis, resources.keys
    return OperationServices(
        resources,
        write_checks=build_write_checks(resources.settings.data_dir, database, redis, keys, stores),
        incarnation=IncarnationWatch(redis, keys, database),
    )
