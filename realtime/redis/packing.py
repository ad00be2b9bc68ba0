"""Connections whose commands are put together by hiredis, as their answers are taken apart.

The library does it argument by argument in Python, which for a thousand names takes as long as Redis takes to answer.
"""

from typing import Any

import hiredis
from redis.asyncio import Connection, SSLConnection
from redis.asyncio.connection import AbstractConnection, UnixDomainSocketConnection
from redis.exceptions import DataError
from redis.typing import EncodableT


class PackingConnection(AbstractConnection):
    """Beside one of the library's connections."""

    def pack_command(self, *args: EncodableT) -> list[bytes]:
        """As the library does. Raises DataError for what is neither text, bytes nor a number."""
        name, *rest = args
        names = name.encode().split() if isinstance(name, str) else [name]  # "SCRIPT LOAD" is two arguments
        try:
            return [hiredis.pack_command((*names, *rest))]
        except TypeError as error:
            raise DataError(str(error)) from error


class PackingTCPConnection(PackingConnection, Connection):
    """To a host."""


class PackingTLSConnection(PackingConnection, SSLConnection):
    """To a host over TLS."""


class PackingUnixConnection(PackingConnection, UnixDomainSocketConnection):
    """To a socket of this machine."""


_PACKING: dict[Any, type[PackingConnection]] = {
    Connection: PackingTCPConnection,
    SSLConnection: PackingTLSConnection,
    UnixDomainSocketConnection: PackingUnixConnection,
}


def packing(kind: type[AbstractConnection]) -> type[PackingConnection]:
    """The one that stands for a connection of the library."""
    return _PACKING[kind]
