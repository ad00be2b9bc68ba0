"""Signing in with a password: slow on purpose, bounded for strangers, and holding no database connection meanwhile."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dispatch.accounts.addresses import email_key
from dispatch.accounts.models import User
from dispatch.accounts.passwords import Passwords
from dispatch.accounts.service import Accounts, find_by_email
from dispatch.accounts.tokens import TokenPair, Tokens
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor, record_counted
from dispatch.database.engine import Database
from dispatch.errors import Forbidden, Limit, NotSignedIn, TooMany
from dispatch.ports import Clock, GuessLimits

WRONG = "E-mail or password is wrong."


@dataclass(frozen=True, slots=True)
class Guess:
    """Somebody's word that a password is an account's."""

    user: User | None
    fresh_hash: str | None
    fits: bool


class SignIns:
    """Checks passwords of accounts."""

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        clock: Clock,
        passwords: Passwords,
        limits: GuessLimits,
        told: Limit | None = None,
    ) -> None:
        """``told``: the limit of an account, as whoever has reached it is told."""
        self._told = told
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._passwords = passwords
        self._limits = limits

    async def sign_in(self, email: str, password: str, actor: Actor) -> TokenPair:
        """Exchange e-mail and password for tokens.

        Raises NotSignedIn without saying which of them was wrong, TooMany after too many wrong ones, and Unavailable.
        """
        async with self._counted(email, actor.address) as attempt:
            guess = await self._guess(await self._find(email), password)
            if guess.user is None or not guess.fits:
                await self._note_failure(guess.user, actor, "sign_in.failed")
                raise NotSignedIn(WRONG, code="wrong_credentials")
            attempt.fits = True
            if not guess.user.is_active:
                raise NotSignedIn("This account is closed.", code="account_closed")
            return await self._open(guess, actor)

    async def confirm(self, user: User, password: str, actor: Actor) -> None:
        """That a signed-in user knows their password. Raises Forbidden where not, TooMany and Unavailable as above."""
        async with self._counted(user.email, actor.address) as attempt:
            guess = await self._guess(user, password)
            if not guess.fits:
                await self._note_failure(user, actor, "password.failed")
                raise Forbidden("The password is wrong.", code="wrong_password")
            attempt.fits = True

    async def welcome(self, email: str, address: str) -> None:
        """Whoever is at this address has proved to own the account: earlier failures do not count against them."""
        await self._limits.succeeded(account_name(email), address)

    @asynccontextmanager
    async def _counted(self, email: str, address: str) -> AsyncIterator["_Attempt"]:
        """An attempt counts before anybody knows how it ends, so that many at once are not free."""
        account = account_name(email)
        wait_s = await self._limits.begin(account, address)
        if wait_s:
            raise TooMany(
                f"Too many wrong passwords. Try again in {wait_s} s, or reset the password by mail.",
                wait_s,
                code="too_many_guesses",
                limit=self._told,
            )
        attempt = _Attempt()
        try:
            yield attempt
        except (NotSignedIn, Forbidden) as error:
            attempt.wrong = error.code in {"wrong_credentials", "wrong_password"}
            raise
        finally:
            if attempt.fits:
                await asyncio.shield(self._limits.succeeded(account, address))
            elif attempt.wrong:
                await self._limits.failed(account, address)
            else:  # it was not looked at
                await asyncio.shield(self._limits.release(account, address))

    async def _guess(self, user: User | None, password: str) -> Guess:
        verdict = await self._passwords.verify(password, user.password_hash if user else None)
        return Guess(user, verdict.fresh_hash, verdict.fits)

    async def _find(self, email: str) -> User | None:
        async with self._database.work() as work:
            return await find_by_email(work.session, email)

    async def _open(self, guess: Guess, actor: Actor) -> TokenPair:
        """A sign-in, if the account is still as it was when its password was checked. Raises NotSignedIn."""
        known = guess.user
        async with self._database.work() as work:
            user = known and await work.session.get(User, known.id, with_for_update={"key_share": True})
            if known is None or user is None or user.password_hash != known.password_hash or not user.is_active:
                raise NotSignedIn(WRONG, code="wrong_credentials")
            if guess.fresh_hash is not None:
                user.password_hash = guess.fresh_hash
            tokens = Accounts(work, self._tokens, self._clock).open_sign_in(user)
            himself = Actor(ActorKind.USER, user.id, actor.address, actor.request_id)
            await record_counted(work.session, himself, "sign_in.opened", "user", user.id, now=self._clock.now())
        return tokens

    async def _note_failure(self, user: User | None, actor: Actor, action: str) -> None:
        async with self._database.work() as work:
            subject = "" if user is None else user.id
            await record_counted(work.session, actor, action, "user", subject, now=self._clock.now())


@dataclass(slots=True)
class _Attempt:
    fits: bool = False
    wrong: bool = False


def account_name(email: str) -> str:
    """A short name for whatever is behind an address, whether or not there is an account."""
    return hashlib.blake2s(email_key(email).encode("utf-8", "replace"), digest_size=16).hexdigest()
