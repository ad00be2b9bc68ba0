"""Another e-mail address for an account: asked for with the password, had once its link is used, told to the former.

Whoever has the former address alone hears of it twice, when it is asked for and when it is done; a new password takes
back what was asked for and not yet done.
"""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from dispatch.accounts.addresses import email_key
from dispatch.accounts.links import AccountLinks
from dispatch.accounts.models import LinkPurpose, User
from dispatch.accounts.service import Accounts, email_taken
from dispatch.accounts.times_in_words import moment_in_words
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.ports import Clock

ASKED, CHANGED = "email_change_asked", "email_changed"


class EmailChanges:
    """Changes of addresses in one unit of work."""

    def __init__(self, work: Work, clock: Clock, accounts: Accounts, links: AccountLinks) -> None:
        self._work = work
        self._clock = clock
        self._accounts = accounts
        self._links = links

    async def check(self, user: User, email: str) -> None:
        """Raises Invalid where it is the user's already, and Conflict where it is somebody else's."""
        if email == user.email:
            raise Invalid("This is your address already.", fields={"email": "must be another address"})
        other = await self._accounts.find_by_email(email)
        if other is not None and other.id != user.id:
            raise email_taken()

    async def ask(self, user: User, email: str, *, sign_in_id: UUID) -> None:
        """Send the link to the new address, and a word to the present one. Raises as above."""
        await self.check(user, email)
        await self._links.send(user, LinkPurpose.CHANGE_EMAIL, email=email, sign_in_id=sign_in_id)
        await self._tell(user, ASKED, user.email)

    async def make(self, token: str) -> tuple[User, str | None]:
        """Whose link it is, with the new address, and the former one; None where it was changed by it before.

        All other sign-ins end, and links to the former address. Raises Invalid for a link that is not good, and
        Conflict where the address is somebody else's by now.
        """
        link, user = await self._links.use_link(token, LinkPurpose.CHANGE_EMAIL)
        if link.email == user.email:
            return user, None
        await self.check(user, link.email)
        former = user.email
        user.email, user.email_key, user.email_verified_at = link.email, email_key(link.email), self._clock.now()
        try:
            await self._work.session.flush()
        except IntegrityError:  # somebody took it between the question and the answer
            raise email_taken() from None
        await self._links.drop(user, *LinkPurpose, but=link.id)
        await self._accounts.end_sign_ins(user, but=link.sign_in_id)
        return user, former

    async def tell_former(self, user: User, former: str) -> None:
        """A mail to the address that the account had: its owner may not be the one who changed it."""
        await self._tell(user, CHANGED, former)

    async def _tell(self, user: User, template: str, to: str) -> None:
        now = self._clock.now()
        content = {"name": user.name, "at": moment_in_words(now, user.language)}
        key = f"{template}:{user.id}:{now.timestamp():.6f}"
        message = NewMessage(key, Channel.MAIL, template, to, content, user.id)
        await write_messages(await self._work.driver(), [message], now)
