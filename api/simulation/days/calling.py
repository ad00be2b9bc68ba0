"""Calling the server's API in a simulated day."""

from typing import Any, NamedTuple

import httpx

from api.simulation.days.errors import DayStuck

ANSWERS_WITHIN_S = 120.0


class Reply(NamedTuple):
    """An answer of the API."""

    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        """Whether it was done."""
        return httpx.codes.is_success(self.status)


class Api:
    """The API of one server over one pool of connections."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.calls = 0

    async def ask(self, method: str, path: str, token: str, body: object = None, **query: str | float) -> Reply:
        """Call and return what is answered, also where it is a refusal (4xx). Raises DayStuck for anything worse."""
        self.calls += 1
        try:
            reply = await self.http.request(
                method, path, json=body, params=query or None, headers={"Authorization": f"Bearer {token}"}
            )
        except httpx.HTTPError as error:
            raise DayStuck(f"{method} {path} was not answered: {type(error).__name__} {error}") from None
        if reply.is_server_error:
            raise DayStuck(f"{method} {path} answered HTTP {reply.status_code}: {reply.text[:300]}")
        return Reply(reply.status_code, reply.json() if reply.content else None)

    async def must(self, method: str, path: str, token: str, body: object = None, **query: str | float) -> Any:  # noqa: ANN401  # JSON
        """The same where a refusal would be a surprise. Raises DayStuck."""
        reply = await self.ask(method, path, token, body, **query)
        if not reply.is_good:
            raise DayStuck(f"{method} {path} answered HTTP {reply.status}: {str(reply.body)[:300]}")
        return reply.body
