"""Pictures of a body that were sent before, in parts: `upload:` and the upload's id in the place of base64."""

from uuid import UUID

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.ports import Clock
from dispatch.uploads.service import Uploads

PREFIX = "upload:"


async def with_uploads(work: Work, clock: Clock, user: User, **texts: str | None) -> dict[str, str | bytes | None]:
    """Each field as it was sent, or the bytes of the upload that it names. Raises Invalid naming each that is wrong."""
    found: dict[str, str | bytes | None] = {}
    wrong: dict[str, str] = {}
    for field, text in texts.items():
        if text is None or not text.startswith(PREFIX):
            found[field] = text
            continue
        try:
            found[field] = await Uploads(work, clock).use(user.id, UUID(text.removeprefix(PREFIX)))
        except ValueError:
            wrong[field] = "must name an upload by its id, as in upload:0b8c…"
        except (NotFound, Conflict) as error:
            wrong[field] = f"names an upload that cannot be used: {error.detail}"
    if wrong:
        raise Invalid("A picture cannot be used.", fields=wrong)
    return found
