"""Going on with a fresh token over an open socket."""

import asyncio
import time
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from dispatch.errors import Forbidden, NotSignedIn
from realtime.protocol import AuthOk, Close, encode
from realtime.sockets.logins import Login, SocketAuthenticator
from realtime.sockets.sessions import Session


class Refused(Exception):
    """The connection must be closed; says with which code and words."""

    def __init__(self, code: Close, name: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.name = name
        self.detail = detail


async def renew(authenticator: SocketAuthenticator, login: Login, token: str) -> Login:
    """The same user with a later end. Raises Refused."""
    try:
        renewed = await authenticator.check(token, login.role)
    except (NotSignedIn, Forbidden) as error:
        raise Refused(Close.UNAUTHORIZED, error.code, error.detail) from None
    except (SQLAlchemyError, OSError):
        raise Refused(Close.UNAVAILABLE, "unavailable", "the token cannot be checked now") from None
    if renewed.user_id != login.user_id:
        raise Refused(Close.UNAUTHORIZED, "other_user", "the token is another user's")
    return renewed


async def until_expired(session: Session) -> None:
    """Raises Refused when the session's token has expired; a renewed one is waited for again."""
    while session.login is not None and (left_s := session.login.expires_at - time.time()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(left_s)
    raise Refused(Close.UNAUTHORIZED, "token_expired", "the token has expired; refresh it and reconnect")


def renewed_frame(login: Login) -> bytes:
    """Tells until when the connection lasts now."""
    return encode(AuthOk(datetime.fromtimestamp(login.expires_at, UTC)))
