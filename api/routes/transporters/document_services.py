"""What the routes of documents are built on."""

from dataclasses import dataclass
from typing import Final

from api.process.resources import Resources
from api.routes.deliveries.proof_links import ProofLinks
from dispatch.database.work import Work
from dispatch.ports import PhotoStore
from dispatch.transporters.documents.deciding import DocumentDecisions
from dispatch.transporters.documents.retention import DocumentRetention
from dispatch.transporters.documents.service import DocumentUploads

PATH: Final = "/api/document-pictures"


@dataclass(frozen=True, slots=True)
class DocumentServices:
    """The documents' share of a process."""

    resources: Resources
    store: PhotoStore

    @property
    def required(self) -> tuple[str, ...]:
        """Kinds without which nobody is verified."""
        return tuple(self.resources.settings.required_documents)

    @property
    def links(self) -> ProofLinks:
        """Links to pictures that end soon."""
        settings = self.resources.settings
        return ProofLinks(
            settings.signing_key(),
            settings.public_url,
            settings.document_link_s,
            self.resources.clock,
            PATH,
            "document picture",
        )

    @property
    def retention(self) -> DocumentRetention:
        """What lets go of pictures."""
        resources = self.resources
        keep_days = resources.settings.documents_keep_days
        return DocumentRetention(resources.database, resources.clock, self.store, keep_days=keep_days)

    def uploads(self, work: Work) -> DocumentUploads:
        """What is handed in, in a unit of work."""
        return DocumentUploads(work, self.resources.clock, self.store)

    def decisions(self, work: Work) -> DocumentDecisions:
        """What admins say of it, in a unit of work."""
        return DocumentDecisions(work, self.resources.clock, required=self.required)
