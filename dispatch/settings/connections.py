"""Bounds of connections and of what is kept of them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dispatch.settings.checks import Texts, check_audit_days
from dispatch.settings.section import Section


class ConnectionSettings(Section):
    """Bounds of connections and of what is kept of them."""

    ws_max_bytes: int = Field(131072, ge=1024, description="Largest WebSocket message; a larger one closes with 1009.")
    head_within_s: float = Field(
        10.0,
        gt=0,
        le=300,
        description="Longest a request's line and headers may take to arrive, seconds, from the connection's begin or "
        "their first byte; then 408 and the end.",
    )
    body_within_s: float = Field(
        60.0, gt=0, le=3600, description="Longest a request's body may take to arrive, seconds; then 408 and the end."
    )
    keep_alive_s: float = Field(
        75.0,
        gt=0,
        le=3600,
        description="How long a connection is kept between two requests, seconds; longer than proxies in front do, "
        "or they send into one that is just closing.",
    )
    silent_share: float = Field(
        0.25,
        gt=0,
        le=1,
        description="Share of a process's file descriptors that connections may hold which have asked nothing (yet, or "
        "any more); beyond it the oldest is cut off.",
    )
    send_timeout_s: float = Field(
        10.0,
        gt=0,
        le=300,
        description="Longest a reader may take for what was sent to it, seconds; then it is cut off.",
    )
    sockets_per_user: int = Field(
        50, ge=0, description="WebSockets a signed-in user may have open in one process; 0 is no limit."
    )
    sockets_per_address: int = Field(
        0,
        ge=0,
        description="WebSockets and event streams one address may have open in one process; 0 is no limit. "
        "Set it only where clients are not behind one proxy.",
    )
    watchers_per_address: int = Field(
        200,
        ge=0,
        description="Of those, how many that have not signed in; 0 is no limit. Connections from this machine itself "
        "are not counted; a proxy on it says with `X-Forwarded-For` whom it speaks for.",
    )
    history_keep_days: int = Field(
        90, ge=0, le=36500, description="Stored positions older than so many days are dropped; 0 keeps them for ever."
    )
    audit_keep_days: Annotated[int, AfterValidator(check_audit_days)] = Field(
        730, ge=0, le=36500, description="Audit events older than so many days (90 at least) are dropped; 0 keeps all."
    )
    events_keep_days: int = Field(
        90,
        ge=0,
        le=36500,
        description="Events (`GET /api/events/`, webhooks) older than so many days are dropped; 0 keeps them for ever.",
    )
    allowed_origins: Texts = Field(
        (),
        description='Browser origins allowed to call the API and sockets, as JSON: `["https://shop.example"]`.',
    )
