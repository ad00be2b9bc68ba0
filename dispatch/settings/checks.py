"""What a setting's text must look like: addresses, lists, keys. Each check raises ValueError, which says what fits."""

import json
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dispatch.audit.service import KEPT_AT_LEAST_DAYS
from dispatch.payments.settling.webhook_signatures import key_of

Port = Annotated[int, Field(ge=0, le=65535)]
REDIS_SCHEMES = ("redis", "rediss", "redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel", "unix")
TILE_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?=/)")
MIN_KEY_LENGTH = 32
MIN_TOKEN_LENGTH = 16
POSTGRES_FORM = "postgresql://user:password@host:5432/name"
_DRIVER = "postgresql+asyncpg"


def _scheme_of(value: str) -> str:
    """For messages: what stands before ``://``, and never more, for that may be a password."""
    scheme, found, _ = value.partition("://")
    return f"{scheme[:20]}://" if found else "an address without a scheme"


def _split(value: str) -> SplitResult:
    """Raises ValueError where no host or no usable port is named."""
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError("host and port cannot be read: the port is a number from 1 to 65535") from None
    if not named:
        raise ValueError("names no host")
    return parts


def check_database_url(value: str | None) -> str | None:
    """Accept the URL as PostgreSQL writes it and say which driver serves it."""
    if value is None:
        return None
    scheme, found, rest = value.partition("://")
    if not found or scheme not in {"postgresql", "postgres", _DRIVER}:
        raise ValueError(
            f"{_scheme_of(value)} is not PostgreSQL, which is the only database here; {POSTGRES_FORM} fits"
        )
    try:
        url = make_url(f"{_DRIVER}://{rest}")
    except (ArgumentError, ValueError):
        raise ValueError(f"cannot be read; {POSTGRES_FORM} fits") from None
    if not url.database:
        raise ValueError(f"names no database; {POSTGRES_FORM} fits")
    return f"{_DRIVER}://{rest}"


def check_redis_url(value: str | None) -> str | None:
    """One of the forms that are served."""
    if value is not None and not value.startswith(tuple(f"{scheme}://" for scheme in REDIS_SCHEMES)):
        schemes = ", ".join(f"{scheme}://" for scheme in REDIS_SCHEMES)
        raise ValueError(f"{_scheme_of(value)} is not Redis; {schemes} fit, such as redis://host:6379/0")
    return value


def check_audit_days(value: int) -> int:
    """All, or as long as the database refuses to delete them."""
    if 0 < value < KEPT_AT_LEAST_DAYS:
        raise ValueError(f"{value} does not fit; {KEPT_AT_LEAST_DAYS} or more fit, or 0, which keeps all")
    return value


def check_http_url(value: str | None) -> str | None:
    """An address of the web."""
    if value is None:
        return None
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{_scheme_of(value)} is no web address; https://host/path fits")
    try:
        _split(value)
    except ValueError as error:
        raise ValueError(f"{error}; https://host/path fits") from None
    return value


def check_tiles_url(value: str) -> str:
    """An address of tiles, of one host: the policy of the pages names it."""
    form = "https://tiles.example/{z}/{x}/{y}.png fits"
    check_http_url(value)
    if not TILE_ORIGIN.match(value):
        raise ValueError(f"names no host that a policy can name, or one with a user or password; {form}")
    if not all(part in value for part in ("{z}", "{x}", "{y}")):
        raise ValueError(f"lacks {{z}}, {{x}} or {{y}}; {form}")
    return value


def check_key(value: SecretStr | None) -> SecretStr | None:
    """Long enough to sign with."""
    if value is not None and len(value.get_secret_value()) < MIN_KEY_LENGTH:
        raise ValueError(f"must have at least {MIN_KEY_LENGTH} characters; `openssl rand -base64 48` makes one")
    return value


def check_token(value: SecretStr | None) -> SecretStr | None:
    """Too long to be guessed."""
    if value is not None and len(value.get_secret_value()) < MIN_TOKEN_LENGTH:
        raise ValueError(f"must have at least {MIN_TOKEN_LENGTH} characters; `openssl rand -hex 24` makes one")
    return value


def check_webhook_secret(value: SecretStr) -> SecretStr:
    """One that nobody can guess by leaving it out: an empty key would verify what anybody signs."""
    try:
        key_of(value.get_secret_value())
    except ValueError as error:
        raise ValueError(f"{error}; `whsec_` and what `openssl rand -base64 24` prints fits") from None
    return value


def check_header_secret(value: SecretStr | None) -> SecretStr | None:
    """Nothing, or what a header may carry: else each request would fail."""
    text = value.get_secret_value() if value is not None else ""
    if text and not (text.strip() and text.isascii() and text.isprintable()):
        raise ValueError("is blank or has signs that no header may carry; copy it again, in one line")
    return value


def _texts(example: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            found = json.loads(value) if value.strip() else []
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ValueError(f"is no JSON list of texts; {example} fits")
        return found

    return read


def read_box(value: object) -> object:
    """``[south, west, north, east]``, from JSON where it comes from the environment."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != 4 or not all(type(one) in {int, float} for one in found):  # noqa: PLR2004
        raise ValueError("must be [south, west, north, east] in degrees, such as [27.5, 85.1, 27.9, 85.6]")
    return found


def check_box(value: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    """South below north, west below east."""
    if value is not None:
        south, west, north, east = value
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):  # noqa: PLR2004  degrees
            raise ValueError("must be [south, west, north, east] in degrees, south below north, west below east")
    return value


def check_network(value: object) -> object:
    """A network as ``10.1.0.0/16``, with no bit beyond its prefix."""
    if not isinstance(value, str):
        return value
    try:
        return ip_network(value)
    except ValueError:
        raise ValueError(f"{value[:50]} is no network; 10.1.0.0/16 and fd00::/8 fit") from None


TilesUrl = Annotated[str, AfterValidator(check_tiles_url)]
HttpUrl = Annotated[str, AfterValidator(check_http_url)]
DatabaseUrl = Annotated[str | None, AfterValidator(check_database_url)]
RedisAddress = Annotated[str | None, AfterValidator(check_redis_url)]
MetricsToken = Annotated[SecretStr, AfterValidator(check_token)]
SigningKey = Annotated[SecretStr, AfterValidator(check_key)]
Box = Annotated[
    tuple[float, float, float, float] | None, NoDecode, BeforeValidator(read_box), AfterValidator(check_box)
]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_texts('["https://shop.example", "…"]'))]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(check_network)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_texts('["10.1.0.0/16"]'))]
HeaderSecret = Annotated[SecretStr | None, AfterValidator(check_header_secret)]
WebhookSecret = Annotated[SecretStr, AfterValidator(check_webhook_secret)]
WebhookSecrets = Annotated[tuple[WebhookSecret, ...], NoDecode, BeforeValidator(_texts('["one", "another"]'))]
SigningKeys = Annotated[tuple[SigningKey, ...], NoDecode, BeforeValidator(_texts('["the key before"]'))]
