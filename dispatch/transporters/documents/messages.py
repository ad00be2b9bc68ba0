"""What a transporter is told of its documents by mail and SMS."""

from datetime import datetime

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.transporters.documents.models import DocumentUpload


async def tell_decision(work: Work, upload: DocumentUpload, user: User, now: datetime) -> None:
    """What became of a document that was handed in: a mail, in the transaction of the decision."""
    content = {
        "language": user.language.value,
        "name": user.name,
        "kind": upload.kind.value,
        "approved": upload.state.value == "approved",
        "reason": upload.reason,
    }
    message = NewMessage(f"document:{upload.id}", Channel.MAIL, "document_decided", user.email, content)
    await write_messages(await work.driver(), [message], now)
