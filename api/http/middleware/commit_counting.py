"""Counts what each request has committed, for the errors that have to say whether anything was done."""

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from dispatch.database.commits import counted_commits


class CountedCommits(ASGIMiddleware):
    """Stands behind the idempotency keys, whose own rows are not what a request is about."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Run the request within a count of its own."""
        with counted_commits():
            await next_app(scope, receive, send)
