"""What the routes and commands of accounts share: passwords, limits, links in mails."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.guess_limits import RedisGuessLimits, address_name
from api.adapters.rate_limits import RateLimiter
from api.process.resources import Feature, Resources
from dispatch.accounts.email_changes import EmailChanges
from dispatch.accounts.links import AccountLinks, LinkTokens
from dispatch.accounts.models import LinkPurpose
from dispatch.accounts.passwords import Passwords
from dispatch.accounts.service import Accounts
from dispatch.accounts.signing_in import SignIns
from dispatch.accounts.tokens import Tokens
from dispatch.assignments.profile_changes import ProfileChanges, ProfileRules
from dispatch.database.work import Work
from dispatch.errors import Limit, TooMany
from dispatch.offboarding.service import Offboarding
from dispatch.privacy.deletion import AccountDeletion
from realtime.sockets.tickets import Tickets

HOUR_S = 3600
EXPORTS_PER_HOUR = 5


@dataclass(frozen=True, slots=True)
class AccountServices(Feature):
    """The accounts' share of a process."""

    tokens: Tokens
    tickets: Tickets
    passwords: Passwords
    guesses: RedisGuessLimits
    limiter: RateLimiter
    link_tokens: LinkTokens

    @property
    def sign_ins(self) -> SignIns:
        """Checks passwords."""
        told = Limit("guesses", self.settings.wrong_passwords_per_account, self.settings.wrong_passwords_window_s)
        return SignIns(self.database, self.tokens, self.clock, self.passwords, self.guesses, told)

    def of(self, work: Work) -> Accounts:
        """The accounts of a unit of work."""
        return Accounts(work, self.tokens, self.clock, self.publisher)

    def links(self, work: Work) -> AccountLinks:
        """The links in mails of a unit of work."""
        lives = {
            LinkPurpose.VERIFY_EMAIL: timedelta(seconds=self.settings.email_link_s),
            LinkPurpose.RESET_PASSWORD: timedelta(seconds=self.settings.password_link_s),
            LinkPurpose.CHANGE_EMAIL: timedelta(seconds=self.settings.email_link_s),
        }
        return AccountLinks(work, self.clock, self.link_tokens, lives)

    def email_changes(self, work: Work) -> EmailChanges:
        """Other addresses for accounts in a unit of work."""
        return EmailChanges(work, self.clock, self.of(work), self.links(work))

    def profile_changes(self, work: Work) -> ProfileChanges:
        """What becomes of a transporter's profile where the account changes, in a unit of work."""
        rules = ProfileRules(self.settings.max_active_deliveries, self.settings.max_active_grant)
        return ProfileChanges(work, self.clock, self.publisher, rules)

    def offboarding(self, work: Work) -> Offboarding:
        """Closing accounts and changing roles in a unit of work."""
        return Offboarding(work, self.tokens, self.clock, self.publisher, self.live)

    def deletion(self, work: Work) -> AccountDeletion:
        """Deleting accounts in a unit of work."""
        return AccountDeletion(work, self.clock, self.of(work), self.offboarding(work))

    async def take_export(self, user_id: int) -> None:
        """Raises TooMany."""
        await self._take("exports", user_id, EXPORTS_PER_HOUR, "copies of your data")

    async def take_registration(self, address: str) -> None:
        """Raises TooMany."""
        await self._take("registrations", address_name(address), self.settings.registrations_per_hour, "accounts")

    async def take_forgotten(self, address: str) -> None:
        """Raises TooMany."""
        await self._take("forgotten", address_name(address), self.settings.forgotten_per_hour, "links")

    async def take_mail(self, purpose: LinkPurpose, user_id: int) -> None:
        """Raises TooMany."""
        await self._take(f"mail-{purpose.value}", user_id, self.settings.account_mails_per_hour, "mails")

    async def has_enough(self, purpose: LinkPurpose, user_id: int) -> bool:
        """The same where nobody may be told."""
        try:
            await self.take_mail(purpose, user_id)
        except TooMany:
            return True
        return False

    async def may_look_at_password(self, address: str) -> bool:
        """Whether a password of a body that does not fit is looked at: as often as accounts may be made."""
        quota = self.settings.registrations_per_hour
        name = address_name(address)
        return not quota or not await self.limiter.take_of("password-looks", name, quota, HOUR_S, told=False)

    def close(self) -> None:
        """End the threads that hash passwords."""
        self.passwords.close()

    async def _take(self, name: str, who: int | str, quota: int, what: str) -> None:
        if not quota:
            return
        wait_s = await self.limiter.take_of(name, who, quota, HOUR_S)
        if wait_s:
            raise TooMany(f"Too many {what} were asked for; try again in {wait_s} s.", wait_s, code="rate_limited")


GivenServices: TypeAlias = NamedDependency[SkipValidation[AccountServices]]
"""The parts of this feature, as its routes name them."""


def build_account_services(resources: Resources) -> AccountServices:
    """Join them. Opens no connection yet."""
    settings, redis, keys = resources.settings, resources.redis, resources.keys
    return AccountServices(
        resources,
        tokens=Tokens(
            settings.signing_key(),
            resources.clock,
            access_s=settings.access_token_s,
            refresh_s=settings.refresh_token_s,
            old_keys=[key.get_secret_value() for key in settings.old_secret_keys],
        ),
        tickets=Tickets(redis, keys),
        passwords=Passwords(
            threads=settings.password_threads,
            waiting=settings.password_queue,
            memory_mb=settings.password_memory_mb,
        ),
        guesses=RedisGuessLimits(
            redis,
            keys,
            per_account=settings.wrong_passwords_per_account,
            per_address=settings.wrong_passwords_per_address,
            window_s=settings.wrong_passwords_window_s,
        ),
        limiter=RateLimiter(redis, keys),
        link_tokens=LinkTokens(settings.signing_key(), settings.public_url),
    )
