"""Whether a password can be guessed, said beside what else is wrong with a body."""

from collections.abc import Sequence
from typing import Any

from litestar import Request

from api.http.actors import client_address


async def look_at_password(
    request: Request[Any, Any, Any], password: str | None, about: Sequence[str] = (), *, field: str = "password"
) -> None:
    """Raises Invalid for one that is easily guessed. An address that has had many of them looked at gets no answer.

    It is looked at as for a registration, which costs processor time on purpose; here nothing else is counted.
    """
    accounts = request.app.state.services.accounts
    if password is not None and await accounts.may_look_at_password(client_address(request)):
        await accounts.passwords.check_new(password, about, field=field)
