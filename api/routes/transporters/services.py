"""What the routes of transporters are given."""

from dataclasses import dataclass
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.process.resources import Feature
from dispatch.assignments.profile_changes import ProfileChanges, ProfileRules
from dispatch.database.work import Work
from realtime.ingest.ingest import Ingest


@dataclass(frozen=True, slots=True)
class TransporterServices(Feature):
    """The transporters' share of a process."""

    ingest: Ingest

    def profile_changes(self, work: Work) -> ProfileChanges:
        """Profiles and verifications of transporters in a unit of work."""
        settings = self.settings
        rules = ProfileRules(settings.max_active_deliveries, settings.max_active_grant, settings.required_documents)
        return ProfileChanges(work, self.clock, self.publisher, rules)


GivenServices: TypeAlias = NamedDependency[SkipValidation[TransporterServices]]
"""The parts of this feature, as its routes name them."""
