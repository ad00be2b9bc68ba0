"""Ways into the API: everyone's tokens, renewed as an app on a phone renews them."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import jwt
import msgspec

from api.simulation.demo.random_source import dice

CHECKS_AT_ONCE = 2
"""Passwords that the server checks for us at a time; each costs it a tenth of a second of processor."""


class AppTokens(NamedTuple):
    """What an app keeps of its sign-in."""

    access: str
    refresh: str


class Refused(Exception):
    """The API said no. ``status`` is the HTTP status, ``answer`` the body."""

    def __init__(self, method: str, path: str, status: int, answer: str) -> None:
        super().__init__(f"{method} {path} answered {status}: {answer[:300]}")
        self.status = status
        self.answer = answer


class Caller:
    """One account and its tokens, which it renews before they expire; where that fails it signs in."""

    def __init__(
        self, http: httpx.AsyncClient, checks: asyncio.Semaphore, email: str, password: str, tokens: AppTokens
    ) -> None:
        self._http = http
        self._checks = checks
        self.email = email
        self.sign_ins: set[UUID] = set()
        """All that it has had: any other of the account's is somebody else's."""
        self._password = password
        self._keep(tokens.access, tokens.refresh)
        self._renewing = asyncio.Lock()

    @property
    def renew_in_s(self) -> float:
        """For how long the token of the last ``token()`` should be used."""
        return self._renew_at - time.time()

    async def token(self) -> str:
        """An access token with life left in it. Raises Refused and httpx.HTTPError."""
        async with self._renewing:
            if self.renew_in_s <= 0:
                await self._renew()
            return self._access

    def renew_next(self) -> None:
        """Take a fresh token next time, whatever life the present one has left."""
        self._renew_at = 0.0

    async def call(self, method: str, path: str, body: object = None, **query: object) -> Any:  # noqa: ANN401  # JSON
        """Call the API and return the answer's JSON. Raises Refused and httpx.HTTPError."""
        reply = await self._send(method, path, body, query)
        if reply.status_code == httpx.codes.UNAUTHORIZED:  # the sign-in was ended, or the server has another key now
            self.renew_next()
            reply = await self._send(method, path, body, query)
        if reply.is_error:
            raise Refused(method, path, reply.status_code, reply.text)
        return reply.json()

    async def _send(self, method: str, path: str, body: object, query: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self.token()}"}
        return await self._http.request(method, path, json=body, params=query or None, headers=headers)

    async def _renew(self) -> None:
        tokens = await self._refreshed() or await self._signed_in()
        self._keep(tokens["access"], tokens["refresh"])

    def _keep(self, access: str, refresh: str) -> None:
        self._access = access
        self._refresh: str | None = refresh
        claims = jwt.decode(access, options={"verify_signature": False})
        self.sign_ins.add(UUID(claims["sid"]))
        # Not all at the same moment, and never so late that a token expires on its way.
        self._renew_at = time.time() + (claims["exp"] - claims["iat"]) * dice.uniform(0.6, 0.85)

    async def _refreshed(self) -> dict[str, str] | None:
        refresh, self._refresh = self._refresh, None  # it is good for one use
        if refresh is None:
            return None
        reply = await self._http.post("/api/v1/auth/token/refresh/", json={"refresh": refresh})
        return _tokens(reply) if reply.is_success else None

    async def _signed_in(self) -> dict[str, str]:
        credentials = {"email": self.email, "password": self._password}
        async with self._checks:
            reply = await self._http.post("/api/v1/auth/token/", json=credentials)
        if reply.is_error:
            raise Refused("POST", "/api/v1/auth/token/", reply.status_code, reply.text)
        return _tokens(reply)


def _tokens(reply: httpx.Response) -> dict[str, str]:
    return msgspec.json.decode(reply.content, type=dict[str, str])


class Callers:
    """The callers of one run, by e-mail address, over one pool of connections. ``tokens`` are those to begin with."""

    def __init__(self, base_url: str, password: str, tokens: Mapping[str, AppTokens]) -> None:
        # No proxy: the way leads to this machine.
        self._http = httpx.AsyncClient(base_url=base_url, timeout=30.0, trust_env=False)
        checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._callers = {email: Caller(self._http, checks, email, password, pair) for email, pair in tokens.items()}

    def of(self, email: str) -> Caller:
        """The account's way in."""
        return self._callers[email]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
