"""Registering and staying signed in. Signing in with a password: ``signing_in``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.addresses import checked_email, email_key
from dispatch.accounts.models import Language, Role, SignIn, User
from dispatch.accounts.passwords import hash_password
from dispatch.accounts.tokens import TokenClaims, TokenPair, Tokens, new_nonce, nonce_hash, same_nonce
from dispatch.audit.service import SYSTEM, Actor, record
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound, NotSignedIn
from dispatch.ports import Clock, Publisher

REFRESH_GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to make. ``password_hash`` is given where it was computed before; then ``password`` is not looked at.

    ``is_proved``: whoever makes the account vouches for its e-mail address.
    """

    email: str
    password: str
    name: str
    roles: tuple[Role, ...]
    phone: str | None = None
    password_hash: str | None = None
    is_proved: bool = True
    language: Language = Language.ENGLISH


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
        """Make an account. Raises Invalid for what is no address, Conflict where it has an account already."""
        user = User(
            email=checked_email(new.email, deliverable=False),
            email_verified_at=self._clock.now() if new.is_proved else None,
            password_hash=new.password_hash or await hash_password(new.password),
            name=new.name,
            phone=new.phone,
            roles=sorted(set(new.roles)),
            language=new.language,
        )
        if await self.find_by_email(user.email) is not None:
            raise email_taken()
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError:  # somebody registered it between the question and the answer
            raise email_taken() from None
        return user

    def open_sign_in(self, user: User) -> TokenPair:
        """Start a signed-in device for a user whose identity is known."""
        nonce, now = new_nonce(), self._clock.now()
        sign_in = SignIn(
            sign_in_id=uuid4(),
            user_id=user.id,
            refresh_hash=nonce_hash(nonce),
            expires_at=now + self._tokens.refresh_life,
        )
        self._session.add(sign_in)
        return self._tokens.pair(user.id, sign_in.sign_in_id, nonce, now)

    async def refresh(self, token: str, *, grace: timedelta = REFRESH_GRACE, actor: Actor = SYSTEM) -> TokenPair:
        """Exchange a refresh token for a new pair.

        Whoever lost the answer gets the same pair again within ``grace``, until its refresh token is used. Any other
        second use means that two hold the token: the whole sign-in is revoked, and that is committed here because the
        refusal that follows would undo it.
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
        nonces = self._tokens.next_nonces(claims.nonce or "")
        nonce: str | None = nonces[0]
        if same_nonce(claims.nonce, sign_in.refresh_hash):
            now = self._clock.now()
            sign_in.previous_hash, sign_in.refresh_hash = sign_in.refresh_hash, nonce_hash(nonces[0])
            sign_in.rotated_at = now
            sign_in.expires_at = now + self._tokens.refresh_life
        else:
            nonce = self._lost_successor(claims, sign_in, nonces, grace)
        if nonce is None:
            sign_in.revoked_at = self._clock.now()
            self._tell_access_changed(sign_in.user_id)
            await record(self._session, actor, "sign_in.token_reused", "user", sign_in.user_id)
            await self._work.commit()
            raise NotSignedIn("This refresh token was used before; the sign-in is ended.", code="token_reused")
        return self._tokens.pair(claims.user_id, sign_in.sign_in_id, nonce, sign_in.rotated_at or self._clock.now())

    def _lost_successor(
        self, claims: TokenClaims, sign_in: SignIn, nonces: Sequence[str], grace: timedelta
    ) -> str | None:
        """The refresh secret that is good now, where the token is the one that was exchanged for it lately."""
        if sign_in.previous_hash is None or sign_in.rotated_at is None:
            return None
        lately = self._clock.now() - sign_in.rotated_at < grace
        if not lately or not same_nonce(claims.nonce, sign_in.previous_hash):
            return None
        return next((nonce for nonce in nonces if same_nonce(nonce, sign_in.refresh_hash)), None)

    async def sign_out(self, claims: TokenClaims) -> None:
        """End the sign-in of a token; repeating it changes nothing."""
        sign_in = await self._session.scalar(select(SignIn).where(SignIn.sign_in_id == claims.sign_in_id))
        if sign_in is not None and sign_in.revoked_at is None:
            sign_in.revoked_at = self._clock.now()
            self._tell_access_changed(sign_in.user_id)

    async def end_sign_ins(self, user: User, *, but: UUID | None = None) -> int:
        """End all sign-ins of a user, except one; how many that were."""
        ended = await self._session.scalars(
            update(SignIn)
            .where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None), SignIn.sign_in_id.is_distinct_from(but))
            .values(revoked_at=self._clock.now())
            .returning(SignIn.id)
        )
        self._tell_access_changed(user.id)
        return len(ended.all())

    async def close_account(self, user: User) -> None:
        """Nobody gets in with it any more, and whoever is in is out; repeating it changes nothing."""
        user.is_active = False
        await self.end_sign_ins(user)

    async def take_roles(self, user: User, *roles: Role) -> None:
        """Take roles away, at once. Raises Invalid where none would be left: close the account instead."""
        left = sorted(set(user.roles) - set(roles))
        if not left:
            raise Invalid(
                "A user has at least one role. Close the account instead.", fields={"take": "would leave no role"}
            )
        user.roles = left
        self._tell_access_changed(user.id)

    def _tell_access_changed(self, user_id: int) -> None:
        publisher = self._publisher
        if publisher is not None:
            self._work.after_commit(lambda: publisher.access_changed(user_id))

    async def find_by_email(self, email: str) -> User | None:
        """See the function of this name."""
        return await find_by_email(self._session, email)

    async def get(self, user_id: int, *, lock: bool = False) -> User:
        """``lock``: as it is then, until the end of the transaction. Raises NotFound."""
        if lock:
            await self._session.flush()  # what was changed here is not lost to what is read
        locking = {"key_share": True} if lock else None
        user = await self._session.get(User, user_id, with_for_update=locking, populate_existing=lock)
        if user is None:
            raise NotFound("There is no such user.", code="user_not_found")
        return user

    async def ensure(self, new: NewUser) -> User:
        """The account of ``new.email``, made where it is missing and given the roles that it lacks."""
        user = await self.find_by_email(new.email)
        if user is None:
            return await self.register(new)
        user.roles = sorted(set(user.roles) | set(new.roles))
        return user


def email_taken() -> Conflict:
    """Somebody has an account with that address."""
    return Conflict("An account with this e-mail address exists already. Sign in instead.", code="email_taken")


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """The account of an e-mail address, in any case and however its letters are composed.

    An earlier release kept addresses as they were sent, and may have made two accounts of one: then it is the one that
    is kept as it is given here.
    """
    if "\0" in email:  # which no text of the database has
        return None
    as_given = email.strip().lower()
    found: User | None = await session.scalar(
        select(User)
        .where(or_(func.lower(User.email) == as_given, User.email_key == email_key(email)))
        .order_by((func.lower(User.email) == as_given).desc())
        .limit(1)
    )
    return found


def parse_roles(names: Iterable[str]) -> tuple[Role, ...]:
    """Role names to roles. Raises ValueError for a name that is none."""
    return tuple(Role(name.strip().lower()) for name in names)
