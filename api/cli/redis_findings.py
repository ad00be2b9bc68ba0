"""Is the Redis fit for what is promised of it? For ``dispatch doctor``."""

from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.cli.findings import Finding

REDIS_MIN = 7
MUCH_MEMORY = 0.8

State = Literal["ok", "warning", "bad"]


async def redis_finding(redis: Redis, *, ping_replicas: int) -> Finding:
    """About the node where the zone is: the first thing that is wrong with it."""
    try:
        info: dict[str, Any] = await redis.info()
        config: dict[Any, Any] = await redis.config_get("append*", "maxmemory-policy")
    except (RedisError, OSError) as error:
        return Finding("redis", "bad", type(error).__name__, "check DISPATCH_REDIS_URL and that Redis runs")
    replicas = int(info.get("connected_slaves", 0))
    found = f"{info.get('server_name', 'redis')} {info['redis_version']}"
    if replicas or info.get("redis_mode") == "cluster":
        found += f", {info['redis_mode']}, {replicas} replica{'' if replicas == 1 else 's'}"
    state, advice = _judged(info, config, replicas, ping_replicas)
    return Finding("redis", state, found, advice)


def _judged(info: dict[str, Any], config: dict[Any, Any], replicas: int, awaited: int) -> tuple[State, str]:
    is_old = int(str(info["redis_version"]).partition(".")[0]) < REDIS_MIN
    policy = config.get("maxmemory-policy") or info.get("maxmemory_policy") or "noeviction"
    evicts = policy != "noeviction"
    most, used = int(info.get("maxmemory", 0)), int(info.get("used_memory", 0))
    is_alone = info.get("redis_mode") == "cluster" and not replicas
    judgements: list[tuple[bool, State, str]] = [
        (is_old, "bad", "Redis 7 or newer is needed"),
        (evicts, "bad", "set maxmemory-policy noeviction: Redis may drop acknowledged pings"),
        (
            config.get("appendonly") != "yes",
            "bad",
            "set appendonly yes: acknowledged pings do not survive a restart",
        ),
        (replicas < awaited, "bad", f"pings are refused: DISPATCH_PING_REPLICAS waits for {awaited}"),
        (
            config.get("appendfsync") != "always",
            "warning",
            "appendfsync everysec can lose a second of acknowledged pings",
        ),
        (
            most > 0 and used > most * MUCH_MEMORY,
            "warning",
            f"{used // 2**20} of {most // 2**20} MiB are used: give it more (maxmemory) before pings are refused",
        ),
        (
            not most,
            "warning",
            "set maxmemory below the machine's memory: pings are then refused before the system ends Redis",
        ),
        (is_alone, "warning", "give this node a replica: without one its zone is away while it is"),
    ]
    return next(((state, advice) for is_so, state, advice in judgements if is_so), ("ok", ""))
