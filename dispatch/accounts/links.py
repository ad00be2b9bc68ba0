"""Links in mails: one proves an address, one chooses a new password, one gives the account another address.

A token is made from the server's key and the link's id, so that neither the outbox nor the database holds it: the mail
is rendered with it when it is sent, and the database keeps a hash.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from dispatch.accounts.models import AccountLink, LinkPurpose, User
from dispatch.accounts.times_in_words import life_in_words, moment_in_words
from dispatch.database.work import Work
from dispatch.errors import Invalid
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.ports import Clock

# A mail may arrive after the one that was asked for because it did not.
KEPT_A_PURPOSE = 3
USUAL_LIVES = {
    LinkPurpose.VERIFY_EMAIL: timedelta(days=2),
    LinkPurpose.RESET_PASSWORD: timedelta(hours=1),
    LinkPurpose.CHANGE_EMAIL: timedelta(days=2),
}
PAGES = {
    LinkPurpose.VERIFY_EMAIL: "verify-email",
    LinkPurpose.RESET_PASSWORD: "password/reset",
    LinkPurpose.CHANGE_EMAIL: "email",
}


class LinkTokens:
    """Makes the tokens of links."""

    def __init__(self, key: str, site_url: str) -> None:
        self._key = key.encode()
        self._site_url = site_url

    def token(self, purpose: str, link_id: UUID) -> str:
        """The token of a link; the same at each call."""
        digest = hmac.digest(self._key, f"account link {purpose} {link_id.hex}".encode(), hashlib.sha256)
        return f"{link_id.hex}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def url(self, purpose: str, link_id: str) -> str:
        """The address that a mail carries; for templates, as ``account_link(purpose, link_id)``."""
        page = PAGES[LinkPurpose(purpose)]
        return f"{self._site_url}/api/v1/auth/{page}/?token={self.token(purpose, UUID(link_id))}"


class AccountLinks:
    """The links of one unit of work."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        tokens: LinkTokens,
        lives: Mapping[LinkPurpose, timedelta] = USUAL_LIVES,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._tokens = tokens
        self._lives = lives

    async def send(
        self, user: User, purpose: LinkPurpose, *, email: str | None = None, sign_in_id: UUID | None = None
    ) -> None:
        """Make a link for the user and put its mail into the outbox. Older ones go, but for the last few.

        ``email``: where it goes, where that is not the account's address.
        """
        await self._session.flush()
        mine = (AccountLink.user_id == user.id, AccountLink.purpose == purpose)
        kept = select(AccountLink.id).where(*mine).order_by(AccountLink.id.desc()).limit(KEPT_A_PURPOSE - 1)
        await self._session.execute(delete(AccountLink).where(*mine, AccountLink.id.not_in(kept)))
        now, link_id = self._clock.now(), uuid4()
        life, to = self._lives[purpose], email or user.email
        self._session.add(
            AccountLink(
                link_id=link_id,
                user_id=user.id,
                purpose=purpose,
                email=to,
                sign_in_id=sign_in_id,
                token_hash=_hash(self._tokens.token(purpose, link_id)),
                created_at=now,
                expires_at=now + life,
            )
        )
        content = {
            "name": user.name,
            "purpose": purpose.value,
            "link_id": str(link_id),
            "good_for": life_in_words(life, user.language),
        }
        key = f"{purpose.value}:{user.id}:{link_id}"
        message = NewMessage(key, Channel.MAIL, purpose.value, to, content, user.id)
        await write_messages(await self._work.driver(), [message], now)

    async def check(self, token: str, purpose: LinkPurpose) -> User:
        """Whose link it is; it is not used up. Raises Invalid in the same words for every link that is not good."""
        return (await self._find(token, purpose))[1]

    async def use(self, token: str, purpose: LinkPurpose) -> User:
        """The same, once: the user's row stays locked until the commit. Who follows a link has proved the address."""
        return (await self.use_link(token, purpose))[1]

    async def use_link(self, token: str, purpose: LinkPurpose) -> tuple[AccountLink, User]:
        """The same, with the link."""
        link, user = await self._find(token, purpose, lock=True)
        now = self._clock.now()
        link.used_at = link.used_at or now
        user.email_verified_at = user.email_verified_at or now
        return link, user

    async def drop(self, user: User, *purposes: LinkPurpose, but: int | None = None) -> None:
        """Links of these purposes are no good any more, except one."""
        mine = (AccountLink.user_id == user.id, AccountLink.purpose.in_(purposes))
        await self._session.execute(delete(AccountLink).where(*mine, AccountLink.id.is_distinct_from(but)))

    async def _find(self, token: str, purpose: LinkPurpose, *, lock: bool = False) -> tuple[AccountLink, User]:
        query = (
            select(AccountLink, User)
            .join(User, User.id == AccountLink.user_id)
            .where(AccountLink.link_id == _id_of(token), AccountLink.purpose == purpose)
        )
        if lock:
            query = query.with_for_update(key_share=True)
        found = (await self._session.execute(query)).one_or_none()
        if found is None or not hmac.compare_digest(_hash(token), found.AccountLink.token_hash):
            raise _bad()
        link: AccountLink = found.AccountLink
        user: User = found.User
        # A second click on a link that has proved the address already changes nothing and is told the same.
        repeated = purpose is not LinkPurpose.RESET_PASSWORD and user.email_verified_at is not None
        good = link.used_at is None and link.expires_at > self._clock.now()
        elsewhere = link.email != user.email and not (purpose is LinkPurpose.CHANGE_EMAIL and link.used_at is None)
        if not user.is_active or elsewhere or not (good or (repeated and link.used_at is not None)):
            raise _bad()
        return link, user


async def tell_password_changed(work: Work, user: User, clock: Clock) -> None:
    """A mail to the owner, who may not be the one who changed it."""
    now = clock.now()
    content = {"name": user.name, "changed_at": moment_in_words(now, user.language)}
    key = f"password_changed:{user.id}:{now.timestamp():.6f}"
    message = NewMessage(key, Channel.MAIL, "password_changed", user.email, content, user.id)
    await write_messages(await work.driver(), [message], now)


def _bad() -> Invalid:
    return Invalid(
        "This link is not good any more: it was used, it is too old, or it was not copied whole. Ask for a new one.",
        code="link_invalid",
        fields={"token": "must be the token of a link that was not used and is not too old"},
    )


def _id_of(token: str) -> UUID:
    """Raises Invalid."""
    try:
        return UUID(token.partition(".")[0])
    except ValueError:
        raise _bad() from None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
