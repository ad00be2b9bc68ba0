"""How often passwords may be guessed, counted in Redis, so that all workers count together."""

import ipaddress
import math
from hashlib import blake2s

from redis.asyncio import Redis

from api.http.middleware.rate_limit_headers import Allowance, note
from realtime.redis.keys import Keys

# KEYS  1 failures of the account, from anywhere  2 its failures from this address  3 whether the account knows the
# address  4 failures of the address     ARGV  1 most an account  2 most an address  3 window, ms  4 how many are free
# Reply: 0, or after how many ms to come again.
_BEGIN = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local most, most_from_address, window, free = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local account = redis.call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
local failures = tonumber(redis.call('HGET', account, 'failures') or '0')
if most > 0 then
  if failures >= most then
    return redis.call('PTTL', account)
  end
  local earliest = tonumber(redis.call('HGET', account, 'earliest') or '0')
  if now < earliest then
    return earliest - now
  end
end
if most_from_address > 0 and tonumber(redis.call('GET', KEYS[4]) or '0') >= most_from_address then
  return redis.call('PTTL', KEYS[4])
end
failures = redis.call('HINCRBY', account, 'failures', 1)
if failures == 1 then
  redis.call('PEXPIRE', account, window)
end
if failures >= free then
  redis.call('HSET', account, 'earliest', string.format('%.0f', now + 1000 * 2 ^ (failures - free)))
end
if redis.call('INCR', KEYS[4]) == 1 then
  redis.call('PEXPIRE', KEYS[4], window)
end
return 0
"""

# The same keys. ARGV  1 whether the password was right  2 for how long the account knows the address then, ms
_END = """
local account = redis.call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
if tonumber(redis.call('GET', KEYS[4]) or '0') > 0 then
  redis.call('DECR', KEYS[4])
end
if ARGV[1] == '1' then
  redis.call('DEL', account)
  redis.call('SET', KEYS[3], '1', 'PX', ARGV[2])
elseif tonumber(redis.call('HGET', account, 'failures') or '0') > 0 then
  redis.call('HINCRBY', account, 'failures', -1)
  redis.call('HDEL', account, 'earliest')
end
return 0
"""

# The same keys. ARGV  1 how many are free
# The next attempt waits from now on, which is when this one is answered: to look at a password takes a server with much
# to do as long as the first wait. Reply: failures that count against the account here, after how many ms they are
# forgotten, how long the next attempt waits, ms; then the address' failures and after how many ms they are forgotten.
_FAILED = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local free = tonumber(ARGV[1])
local account = redis.call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
local failures, wait = tonumber(redis.call('HGET', account, 'failures') or '0'), 0
if failures >= free then
  wait = 1000 * 2 ^ (failures - free)
  redis.call('HSET', account, 'earliest', string.format('%.0f', now + wait))
end
return {
  failures,
  math.max(redis.call('PTTL', account), 0),
  wait,
  tonumber(redis.call('GET', KEYS[4]) or '0'),
  math.max(redis.call('PTTL', KEYS[4]), 0),
}
"""

FREE_GUESSES = 5
KNOWN_FOR_MS = 30 * 86_400_000
V6_NETWORK = 64


class RedisGuessLimits:
    """Implements GuessLimits.

    The first guesses are free, each further one makes the next wait twice as long, and the last one waits until the
    window of the first is over. Addresses from which an account was signed in lately have a count of their own, so
    that strangers who guess cannot keep its owner out.
    """

    def __init__(self, redis: Redis, keys: Keys, *, per_account: int, per_address: int, window_s: int) -> None:
        """``per_account``, ``per_address``: wrong passwords within ``window_s``; 0 is no limit."""
        self._keys = keys
        self._args = [per_account, per_address, window_s * 1000, FREE_GUESSES]
        self._begin = redis.register_script(_BEGIN)
        self._end = redis.register_script(_END)
        self._failed = redis.register_script(_FAILED)

    async def begin(self, account: str, address: str) -> int:
        """See GuessLimits. Raises RedisError."""
        wait_ms = int(await self._begin(keys=self._named(account, address), args=self._args))
        return math.ceil(wait_ms / 1000)

    async def succeeded(self, account: str, address: str) -> None:
        """See GuessLimits. Raises RedisError."""
        await self._end(keys=self._named(account, address), args=[1, KNOWN_FOR_MS])

    async def release(self, account: str, address: str) -> None:
        """See GuessLimits. Raises RedisError."""
        await self._end(keys=self._named(account, address), args=[0, KNOWN_FOR_MS])

    async def failed(self, account: str, address: str) -> None:
        """See GuessLimits. The answer says what is left to the account, and to the address. Raises RedisError."""
        most, most_from_address, window_ms, free = self._args
        reply = await self._failed(keys=self._named(account, address), args=[free])
        failures, forgotten_ms, wait_ms, failures_from, forgotten_from_ms = (int(figure) for figure in reply)
        window_s = window_ms // 1000
        if most and wait_ms:
            note(Allowance("guesses", most, window_s, 0, wait_ms / 1000))
        elif most:
            note(Allowance("guesses", most, window_s, most - failures, forgotten_ms / 1000))
        if most_from_address:
            left = most_from_address - failures_from
            note(Allowance("guesses-from", most_from_address, window_s, left, forgotten_from_ms / 1000))

    def _named(self, account: str, address: str) -> list[str]:
        limit, place = self._keys.limit, address_name(address)
        return [
            limit("guesses", account),
            limit("guesses", f"{account}:{place}"),
            limit("known", f"{account}:{place}"),
            limit("guesses-from", place),
        ]


def address_name(address: str) -> str:
    """A short name of the household behind an address: of IPv6, each has a network of addresses."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return blake2s(address.encode("utf-8", "replace"), digest_size=8).hexdigest()
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        network = ipaddress.ip_network((found, V6_NETWORK), strict=False)
        return f"{network.network_address.exploded[:19]}"
    return str(found)
