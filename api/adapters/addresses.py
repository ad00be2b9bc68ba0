"""Which addresses a name that a stranger gave may lead to."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from dispatch.ports import WebhookFailed

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# A name that nobody answers for is looked up for many seconds. The loop's own threads are few and everybody's: eight
# such names had kept all other names, and all other work of those threads, waiting.
_LOOKUPS = ThreadPoolExecutor(max_workers=32, thread_name_prefix="names")
# IPv6 addresses that a gateway turns into the IPv4 address in their last 32 bits (RFC 6052, RFC 8215).
TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def is_public(address: Address) -> bool:
    """Whether it is everybody's, also where it carries another address in it."""
    return all(one.is_global and not one.is_multicast for one in (address, *_carried(address)))


def _carried(address: Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in TRANSLATED):
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]


async def resolve_allowed(host: str, port: int, own: Sequence[Network]) -> list[tuple[Address, bool]]:
    """The addresses of a name that may be connected to, each with whether it is one of our ``own`` networks.

    Raises WebhookFailed where there are none.
    """
    addresses = await _addresses_of(host, port)
    judged = [(address, any(address in network for network in own)) for address in dict.fromkeys(addresses)]
    allowed = [(address, is_own) for address, is_own in judged if is_own or is_public(address)]
    if not allowed:
        raise WebhookFailed("Its address is of a private network, where nothing is sent.")
    return allowed


async def _addresses_of(host: str, port: int) -> list[Address]:
    """Raises WebhookFailed where it has none."""
    with suppress(ValueError):
        return [ipaddress.ip_address(host)]
    look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, look)
    except (OSError, UnicodeError):
        raise WebhookFailed("Its name is not known.") from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
