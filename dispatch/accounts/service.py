"""Registering, signing in and staying signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dispatch.accounts.models import Role, SignIn, User
from dispatch.accounts.passwords import hash_password, verify_password
from dispatch.accounts.tokens import TokenClaims, TokenPair, Tokens, new_nonce, nonce_hash, same_nonce
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound, NotSignedIn
from dispatch.ports import Clock, Publisher


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to make."""

    email: str
    password: str
    name: str
    roles: tuple[Role, ...]
    phone: str | None = None


class Accounts:
    """The accounts of one unit of work."""

    def __init__(self, work: Work, tokens: Tokens, clock: Clock, publisher: Publisher | None = None) -> None:
        """``publisher`` is told when somebody's access ends; who only makes or finds accounts needs none."""
        self._publisher = publisher
        self._work = work
        self._session = work.session
        self._tokens = tokens
        self._clock = clock

    async def register(self, new: NewUser) -> User:
        """Make an account. Raises Conflict where the e-mail address has one already."""
        user = User(
            email=new.email.strip().lower(),
            password_hash=await hash_password(new.password),
            name=new.name,
            phone=new.phone,
            roles=sorted(set(new.roles)),
        )
        if await self.find_by_email(user.email) is not None:
            raise Conflict("An account with this e-mail address exists already. Sign in instead.", code="email_taken")
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError:  # somebody registered it between the question and the answer
            raise Conflict(
                "An account with this e-mail address exists already. Sign in instead.", code="email_taken"
            ) from None
        return user

    async def sign_in(self, email: str, password: str) -> TokenPair:
        """Exchange e-mail and password for tokens. Raises NotSignedIn without saying which of them was wrong."""
        user = await self.find_by_email(email)
        if not await verify_password(password, user.password_hash if user else None) or user is None:
            raise NotSignedIn("E-mail or password is wrong.", code="wrong_credentials")
        if not user.is_active:
            raise NotSignedIn("This account is closed.", code="account_closed")
        return self.open_sign_in(user)

    def open_sign_in(self, user: User) -> TokenPair:
        """Start a signed-in device for a user whose identity is known."""
        nonce = new_nonce()
        sign_in = SignIn(
            sign_in_id=uuid4(),
            user_id=user.id,
            refresh_hash=nonce_hash(nonce),
            expires_at=self._clock.now() + self._tokens.refresh_life,
        )
        self._session.add(sign_in)
        return TokenPair(
            self._tokens.access(user.id, sign_in.sign_in_id),
            self._tokens.refresh(user.id, sign_in.sign_in_id, nonce),
        )

    async def refresh(self, token: str) -> TokenPair:
        """Exchange a refresh token for a new pair.

        A token that was used before means that two hold it: the whole sign-in is revoked, and that is committed
        here because the refusal that follows would undo it.
        """
        claims = self._tokens.read_refresh(token)
        row = await self._session.execute(
            select(SignIn, User)
            .join(User, User.id == SignIn.user_id)
            .where(SignIn.sign_in_id == claims.sign_in_id, SignIn.user_id == claims.user_id)
            .with_for_update(of=SignIn)
        )
        found = row.one_or_none()
        if found is None or found.SignIn.revoked_at is not None or not found.User.is_active:
            raise NotSignedIn("This sign-in was ended. Sign in again.", code="sign_in_ended")
        sign_in: SignIn = found.SignIn
        if not same_nonce(claims.nonce, sign_in.refresh_hash):
            sign_in.revoked_at = self._clock.now()
            self._tell_access_changed(sign_in.user_id)
            await self._work.commit()
            raise NotSignedIn("This refresh token was used before; the sign-in is ended.", code="token_reused")
        nonce = new_nonce()
        sign_in.refresh_hash = nonce_hash(nonce)
        sign_in.expires_at = self._clock.now() + self._tokens.refresh_life
        return TokenPair(
            self._tokens.access(claims.user_id, sign_in.sign_in_id),
            self._tokens.refresh(claims.user_id, sign_in.sign_in_id, nonce),
        )

    async def sign_out(self, claims: TokenClaims) -> None:
        """End the sign-in of a token; repeating it changes nothing."""
        sign_in = await self._session.scalar(select(SignIn).where(SignIn.sign_in_id == claims.sign_in_id))
        if sign_in is not None and sign_in.revoked_at is None:
            sign_in.revoked_at = self._clock.now()
            self._tell_access_changed(sign_in.user_id)

    async def close_account(self, user: User) -> None:
        """Nobody gets in with it any more, and whoever is in is out; repeating it changes nothing."""
        user.is_active = False
        self._tell_access_changed(user.id)

    async def take_roles(self, user: User, *roles: Role) -> None:
        """Take roles away, at once. Raises Invalid where none would be left: close the account instead."""
        left = sorted(set(user.roles) - set(roles))
        if not left:
            raise Invalid("A user has at least one role. Close the account instead.")
        user.roles = left
        self._tell_access_changed(user.id)

    def _tell_access_changed(self, user_id: int) -> None:
        publisher = self._publisher
        if publisher is not None:
            self._work.after_commit(lambda: publisher.access_changed(user_id))

    async def find_by_email(self, email: str) -> User | None:
        """The account of an e-mail address in any case."""
        found: User | None = await self._session.scalar(
            select(User).where(func.lower(User.email) == email.strip().lower())
        )
        return found

    async def get(self, user_id: int) -> User:
        """Raises NotFound."""
        user = await self._session.get(User, user_id)
        if user is None:
            raise NotFound("There is no such user.")
        return user

    async def ensure(self, new: NewUser) -> User:
        """The account of ``new.email``, made where it is missing and given the roles that it lacks."""
        user = await self.find_by_email(new.email)
        if user is None:
            return await self.register(new)
        user.roles = sorted(set(user.roles) | set(new.roles))
        return user


def parse_roles(names: Iterable[str]) -> tuple[Role, ...]:
    """Role names to roles. Raises ValueError for a name that is none."""
    return tuple(Role(name.strip().lower()) for name in names)
