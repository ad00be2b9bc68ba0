"""What the routes of transporters are given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.stores import build_store
from api.process.resources import Feature, Resources
from api.routes.transporters.document_services import DocumentServices
from dispatch.assignments.profile_changes import ProfileChanges, ProfileRules
from dispatch.database.work import Work
from dispatch.offers.duty import Duties
from dispatch.ports import PhotoStore
from realtime.ingest.ingest import Ingest


@dataclass(frozen=True, slots=True)
class TransporterServices(Feature):
    """The transporters' share of a process."""

    ingest: Ingest
    documents: DocumentServices

    def profile_changes(self, work: Work) -> ProfileChanges:
        """Profiles and verifications of transporters in a unit of work."""
        settings = self.settings
        rules = ProfileRules(settings.max_active_deliveries, settings.max_active_grant, settings.required_documents)
        return ProfileChanges(work, self.clock, self.publisher, rules)

    def duties(self, work: Work) -> Duties:
        """Duty and shifts of transporters in a unit of work."""
        most = timedelta(minutes=self.settings.break_most_min)
        return Duties(work, self.clock, self.profile_changes(work), break_most=most)


GivenServices: TypeAlias = NamedDependency[SkipValidation[TransporterServices]]
"""The parts of this feature, as its routes name them."""


def build_transporter_services(
    resources: Resources, ingest: Ingest, documents: PhotoStore | None = None
) -> TransporterServices:
    """Join them. ``documents``: where their pictures are kept."""
    store = documents or build_store(resources.settings, "documents")
    return TransporterServices(resources, ingest, DocumentServices(resources, store))
