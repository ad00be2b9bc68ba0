"""The server itself: where it listens, what it stands on, who may read its metrics."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from dispatch.settings.checks import DatabaseUrl, HttpUrl, MetricsToken, Port, RedisAddress
from dispatch.settings.section import Section


class ServerSettings(Section):
    """The server itself: where it listens, what it stands on, who may read its metrics."""

    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: Port = Field(8000, description="Port the server listens on.")
    workers: Annotated[int, Field(ge=0, le=256)] = Field(
        0,
        description="Worker processes of `dispatch serve`, beside a process for history and upkeep; "
        "0 does everything in one process.",
    )
    data_dir: Path = Field(Path("var"), description="Folder of the embedded servers, photos, keys and logs.")
    site_url: HttpUrl | None = Field(
        None,
        validation_alias="SITE_URL",
        description="Public address of this server, used in links that leave it. Default: host and port.",
    )
    debug: bool = Field(
        True,
        validation_alias="DEBUG",
        description="True speaks to Khalti's sandbox, False to production. It never shows internals in answers.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe log line shown.")
    log_json: bool = Field(False, description="Log lines as JSON, for machines.")

    metrics_port: Port | None = Field(
        None, description="Port of its own for `/metrics`, open to whoever reaches it. Default: none."
    )
    metrics_host: str = Field("127.0.0.1", description="Address of that port.")
    metrics_token: MetricsToken | None = Field(
        None,
        description="Bearer token that opens `/metrics` on the public port, 16 characters at least. Default: only this "
        "machine may read them there, and nobody once `SITE_URL` says that a proxy stands in front.",
    )

    database_url: DatabaseUrl = Field(
        None,
        description="PostgreSQL ≥ 15, `postgresql://user:password@host/name`. Default: the embedded one.",
    )
    database_pool_size: Annotated[int, Field(ge=1, le=500)] = Field(
        20, description="Database connections a worker process may hold."
    )
    database_timeout_s: float = Field(
        30.0, gt=0, le=3600, description="Longest a statement may take in the database, seconds; then 503."
    )
    redis_url: RedisAddress = Field(
        None,
        description="Redis ≥ 7, `redis://host:6379/0`, `redis+cluster://host1:7000,host2:7000` or "
        "`redis+sentinel://host1:26379,host2:26379/service`; `rediss` for TLS. Default: the embedded one.",
    )
    zone: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")] = Field(
        "main",
        description="City or region that these servers serve. In a Redis that several share, each has keys of its own; "
        "a zone is one slot of a cluster.",
    )
