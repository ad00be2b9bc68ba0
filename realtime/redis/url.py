"""Where Redis is, said in one URL.

``redis://host:port/db``, ``unix:///path``, ``redis+cluster://h1:p1,h2:p2`` and ``redis+sentinel://h1:p1,h2:p2/service``,
with a ``/db`` behind it; ``rediss`` in place of ``redis`` is TLS. User, password and options such as ``?ssl_ca_certs=``
are as in redis-py's URLs.
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

from dispatch.errors import OperatorError

Address = tuple[str, int]

REDIS_PORT = 6379
SENTINEL_PORT = 26379
_SENTINEL_OPTION = "sentinel_"


class RedisUrlError(OperatorError):
    """The URL cannot be used; the message says why and shows no password."""


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """A URL taken apart."""

    form: Literal["single", "cluster", "sentinel"]
    nodes: tuple[Address, ...]
    """The nodes or sentinels to ask; any that answers is enough. Empty for a single server."""
    options: dict[str, Any]
    """Keyword arguments of redis-py's connections, `connection_class` among them where it is not the plain one."""
    service: str = ""
    sentinel_options: dict[str, Any] = field(default_factory=dict)
    """The same for the connections to the sentinels, from `?sentinel_username=` and the like."""

    @property
    def is_tls(self) -> bool:
        """Whether connections are encrypted, those to sentinels too."""
        return self.options.get("connection_class") is SSLConnection


def parse_redis_url(url: str) -> RedisUrl:
    """Raises RedisUrlError."""
    scheme, _, rest = url.partition("://")
    transport, _, form = scheme.partition("+")
    if not form:
        return RedisUrl("single", (), _options(url))
    if form not in {"cluster", "sentinel"} or transport not in {"redis", "rediss"}:
        raise RedisUrlError(f"DISPATCH_REDIS_URL: {scheme}:// is none of redis, redis+cluster, redis+sentinel, unix")
    authority, path, query = _parts(rest)
    log_in, _, hosts = authority.rpartition("@")
    nodes = _nodes(hosts, REDIS_PORT if form == "cluster" else SENTINEL_PORT)
    service, _, database = path.partition("/")
    if form == "cluster":
        if path not in {"", "0"}:
            raise RedisUrlError("DISPATCH_REDIS_URL: a cluster has database 0 only")
        database = ""
    elif not service:
        raise RedisUrlError("DISPATCH_REDIS_URL: redis+sentinel:// needs the name of the service: …/mymaster")
    options = _options(f"{transport}://{log_in}{'@' * bool(log_in)}x/{database}?{query}")
    del options["host"]
    if form == "cluster":
        return RedisUrl("cluster", nodes, options)
    of_sentinels = {
        name.removeprefix(_SENTINEL_OPTION): options.pop(name)
        for name in list(options)
        if name.startswith(_SENTINEL_OPTION)
    }
    return RedisUrl("sentinel", nodes, options, unquote(service), of_sentinels)


def _parts(rest: str) -> tuple[str, str, str]:
    before, _, query = rest.partition("?")
    authority, _, path = before.partition("/")
    return authority, path.strip("/"), query


def _nodes(hosts: str, default_port: int) -> tuple[Address, ...]:
    nodes = []
    for text in hosts.split(","):
        try:
            one = urlsplit(f"//{text}")
            host, port = one.hostname, one.port
        except ValueError as error:
            raise RedisUrlError(f"DISPATCH_REDIS_URL: {text!r} is no host and port: {error}") from None
        if not host:
            raise RedisUrlError("DISPATCH_REDIS_URL: name at least one host, several with commas between them")
        nodes.append((host, port or default_port))
    return tuple(nodes)


def _options(url: str) -> dict[str, Any]:
    try:
        return dict(parse_url(url))
    except ValueError as error:
        raise RedisUrlError(f"DISPATCH_REDIS_URL: {error}") from None
