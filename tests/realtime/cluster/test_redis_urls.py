"""How Redis is named."""

import pytest
from redis.asyncio import SSLConnection

from realtime.redis.client import connect_redis
from realtime.redis.url import RedisUrlError, parse_redis_url


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    url = parse_redis_url("redis+cluster://me:p%40ss@one:7001,two,[::1]:7003/?protocol=2")
    assert (url.form, url.nodes) == ("cluster", (("one", 7001), ("two", 6379), ("::1", 7003)))
    assert (url.options["username"], url.options["password"]) == ("me", "p@ss")
    assert not url.is_tls


def test_sentinels_are_named_with_their_service_and_may_have_a_log_in_of_their_own() -> None:
    url = parse_redis_url("redis+sentinel://:secret@one,two:26380/mymaster/2?sentinel_password=other")
    assert (url.form, url.nodes) == ("sentinel", (("one", 26379), ("two", 26380)))
    assert (url.service, url.options["db"], url.options["password"]) == ("mymaster", 2, "secret")
    assert url.sentinel_options == {"password": "other"}


@pytest.mark.parametrize(
    "url", ["rediss://one", "rediss+cluster://one,two", "rediss+sentinel://one/mymaster?ssl_ca_certs=/etc/ca.pem"]
)
def test_two_s_are_tls(url: str) -> None:
    parsed = parse_redis_url(url)
    assert parsed.is_tls
    pool = connect_redis(url).connection_pool
    assert issubclass(pool.connection_class, SSLConnection)
    assert pool.connection_kwargs.get("ssl_ca_certs") in {None, "/etc/ca.pem"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+cluster://:hidden@one:many", "'one:many' is no host and port"),
        ("redis+cluster://:hidden@", "name at least one host"),
        ("redis+cluster://:hidden@one/3", "database 0 only"),
        ("redis+sentinel://:hidden@one", "the name of the service"),
        ("redis+magic://:hidden@one", "redis+magic:// is none of"),
        ("redis://:hidden@one:many", "DISPATCH_REDIS_URL"),
        ("redis://:hidden@one?socket_timeout=soon", "socket_timeout"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_by_what_is_wrong_without_its_password(url: str, said: str) -> None:
    with pytest.raises(RedisUrlError) as refused:
        parse_redis_url(url)
    assert said in str(refused.value)
    assert "hidden" not in str(refused.value)
