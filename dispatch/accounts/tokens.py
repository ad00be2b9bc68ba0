"""Access and refresh tokens: JWTs signed with the server's key (HS256)."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from dispatch.errors import NotSignedIn
from dispatch.ports import Clock

ALGORITHM = "HS256"
ISSUER = "dispatch"
# Of our own access tokens: the first part as the library writes it, and all that they say.
_HEAD = jwt.encode({}, "x" * 32, ALGORITHM).partition(".")[0]
_CLAIMS = frozenset({"iss", "sub", "sid", "typ", "iat", "exp"})


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a verified token says. ``nonce`` is set in refresh tokens only."""

    user_id: int
    sign_in_id: UUID
    expires_at: datetime
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets when it signs in."""

    access: str
    refresh: str


class Tokens:
    """Makes and reads tokens."""

    def __init__(self, key: str, clock: Clock, *, access_s: int, refresh_s: int, old_keys: Sequence[str] = ()) -> None:
        """``key`` signs; what one of ``old_keys`` signed is still taken, so that a key can be exchanged."""
        self._key = key
        self._signing = key.encode()
        self._taken = (key, *old_keys)
        self._clock = clock
        self.access_life = timedelta(seconds=access_s)
        self.refresh_life = timedelta(seconds=refresh_s)

    def access(self, user_id: int, sign_in_id: UUID, *, life: timedelta | None = None) -> str:
        """A token that lets its bearer in until it expires."""
        return self._encode("access", user_id, sign_in_id, self._clock.now(), life or self.access_life)

    def pair(self, user_id: int, sign_in_id: UUID, nonce: str, issued_at: datetime) -> TokenPair:
        """An access token, and a refresh token that can be exchanged once. The same arguments make the same pair."""
        return TokenPair(
            self._encode("access", user_id, sign_in_id, issued_at, self.access_life),
            self.refresh(user_id, sign_in_id, nonce, issued_at),
        )

    def refresh(self, user_id: int, sign_in_id: UUID, nonce: str, issued_at: datetime | None = None) -> str:
        """A token that can be exchanged once for a new pair."""
        return self._encode(
            "refresh", user_id, sign_in_id, issued_at or self._clock.now(), self.refresh_life, nonce=nonce
        )

    def next_nonces(self, nonce: str) -> list[str]:
        """The refresh secret that follows another; only who has the server's key can tell it.

        The first is of the key that signs, the others of those that are still taken.
        """
        digests = (hmac.digest(key.encode(), f"refresh secret after {nonce}".encode(), "sha256") for key in self._taken)
        return [base64.urlsafe_b64encode(digest[:24]).decode() for digest in digests]

    def read_access(self, token: str) -> TokenClaims:
        """Raises NotSignedIn for a token that is expired, forged or of the other kind."""
        return self._decode(token, "access")

    def read_refresh(self, token: str) -> TokenClaims:
        """Raises NotSignedIn for a token that is expired, forged or of the other kind."""
        return self._decode(token, "refresh")

    def _encode(
        self, kind: str, user_id: int, sign_in_id: UUID, issued_at: datetime, life: timedelta, **more: str
    ) -> str:
        claims = {
            "iss": ISSUER,
            "sub": str(user_id),
            "sid": sign_in_id.hex,
            "typ": kind,
            "iat": issued_at,
            "exp": issued_at + life,
        }
        return jwt.encode(claims | more, self._key, ALGORITHM)

    def _decode(self, token: str, kind: str) -> TokenClaims:
        try:
            claims = self._claims(token)
            expires_at = datetime.fromtimestamp(float(claims["exp"]), tz=self._clock.now().tzinfo)
            known = TokenClaims(int(claims["sub"]), UUID(claims["sid"]), expires_at, claims.get("nonce"))
            right_kind = claims["typ"] == kind
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError):
            raise NotSignedIn("The token is not valid. Sign in again.", code="token_invalid") from None
        if not right_kind:
            raise NotSignedIn(f"This is not an {kind} token.", code="token_invalid")
        if expires_at <= self._clock.now():
            raise NotSignedIn("The token has expired. Refresh it or sign in again.", code="token_expired")
        return known

    def _claims(self, token: str) -> dict[str, Any]:
        """Raises jwt.InvalidTokenError."""
        return self._own_claims(token) or self._any_claims(token)

    def _own_claims(self, token: str) -> dict[str, Any] | None:
        """What one of our own tokens says; None for any other, about which the library has the last word.

        It looks at keys and headers anew each time. Ours are known, and every request and every phone brings one.
        """
        head, _, rest = token.partition(".")
        body, _, signature = rest.partition(".")
        if head != _HEAD or not signature.isascii() or not body.isascii():
            return None
        digest = hmac.digest(self._signing, f"{head}.{body}".encode(), "sha256")
        if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), signature.encode()):
            return None
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims if claims.keys() == _CLAIMS and claims["iss"] == ISSUER else None

    def _any_claims(self, token: str) -> dict[str, Any]:
        """Raises jwt.InvalidTokenError."""
        for key in self._taken:
            try:
                return jwt.decode(
                    token,
                    key,
                    [ALGORITHM],
                    issuer=ISSUER,
                    options={"require": ["exp", "sub", "iss"], "verify_exp": False, "verify_iat": False},
                )
            except jwt.InvalidSignatureError:
                continue  # perhaps the key before
        raise jwt.InvalidSignatureError


def new_nonce() -> str:
    """A fresh refresh secret."""
    return secrets.token_urlsafe(24)


def nonce_hash(nonce: str) -> str:
    """What the database keeps of it: enough to recognise, nothing to use."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def same_nonce(nonce: str | None, stored_hash: str) -> bool:
    """Compare in constant time."""
    return nonce is not None and hmac.compare_digest(nonce_hash(nonce), stored_hash)
