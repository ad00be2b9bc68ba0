"""What the supervisor tells a process that it starts: one line of JSON over a pipe, for it holds secrets."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import SecretStr

from api.process.process_roles import Duties, ProcessRole
from api.process.resources import Addresses
from dispatch.settings import Settings


class StartMessage(Struct, frozen=True):
    """Everything a process needs beside the code.

    ``listener`` is the number of the inherited socket, None for a process that does not answer; ``metrics_listener``
    that of the port of the metrics, for the steward.
    ``migrates``: bring the database to this code's schema before anything else.
    """

    parent: int
    name: str
    duties: int
    settings: dict[str, Any]
    addresses: Addresses
    listener: int | None = None
    metrics_listener: int | None = None
    migrates: bool = False

    def __repr__(self) -> str:
        """Without what is secret in it."""
        return f"StartMessage({self.name!r})"

    @property
    def part(self) -> ProcessRole:
        """Which process it is."""
        return ProcessRole(self.name, Duties(self.duties))

    def read_settings(self) -> Settings:
        """The settings as the supervisor has them. What a newer code does not know is left out."""
        return Settings(**self.settings)


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Every setting, secrets in the clear, under the name that wins over the environment."""
    values: dict[str, Any] = msgspec.to_builtins(settings.model_dump(), enc_hook=_plain)
    aliases = {name: info.validation_alias for name, info in Settings.model_fields.items()}
    return {str(aliases.get(name) or name): value for name, value in values.items()}


def encode_start_message(start_message: StartMessage) -> bytes:
    """As one line."""
    return msgspec.json.encode(start_message) + b"\n"


def decode_start_message(line: bytes) -> StartMessage:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(line, type=StartMessage)


def _plain(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a setting of type {type(value).__name__} cannot be handed over")
