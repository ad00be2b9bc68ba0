"""Every setting, read once from the environment and frozen.

Names are ``DISPATCH_…`` except those that the payment contract names itself (``KHALTI_…``, ``SITE_URL``,
``DEBUG``). ``docs/settings.md`` is made from this class.
"""

import os
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dispatch.environment import unknown_variables
from dispatch.errors import OperatorError
from dispatch.plain_numbers import decimal_number, whole_number
from dispatch.settings_checks import (
    MIN_KEY_LENGTH,
    Box,
    DatabaseUrl,
    HeaderSecret,
    HttpUrl,
    MetricsToken,
    RedisAddress,
    SigningKey,
    SigningKeys,
    Texts,
    WebhookSecrets,
)
from dispatch.settings_words import sentence

__all__ = ["MIN_KEY_LENGTH", "Settings", "SettingsError", "load_settings", "variable_name"]


class SettingsError(OperatorError):
    """A setting has a value that cannot be used; the message names each one."""


Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What the server is told from outside."""

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", frozen=True, extra="ignore", populate_by_name=True)

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

    secret_key: SigningKey | None = Field(
        None,
        description="Signs access tokens; 32 characters at least, the same on every host. "
        "Default: made once and kept in the data folder.",
    )
    old_secret_keys: SigningKeys = Field(
        (),
        description="Keys before `DISPATCH_SECRET_KEY`, as JSON: while the key is exchanged, tokens that they signed "
        "are still taken. Nothing new is signed with them.",
    )
    access_token_s: Annotated[int, Field(ge=1)] = Field(3600, description="Life of an access token, seconds.")
    refresh_token_s: Annotated[int, Field(ge=1)] = Field(
        30 * 86400, description="Life of a refresh token, seconds; each use replaces it."
    )

    refresh_grace_s: Annotated[int, Field(ge=0, le=600)] = Field(
        30,
        description="For so long a refresh token that was used gives the same pair again, seconds: its answer may have "
        "been lost. 0 ends the sign-in at once.",
    )
    require_verified_email: bool = Field(
        True,
        description="Sellers and transporters act only once they have proved their e-mail address by a link in a mail.",
    )
    email_link_s: Annotated[int, Field(ge=300, le=30 * 86400)] = Field(
        2 * 86400, description="For so long a link that proves an e-mail address is good, seconds."
    )
    password_link_s: Annotated[int, Field(ge=300, le=7 * 86400)] = Field(
        3600, description="For so long a link for a new password is good, seconds."
    )
    account_mails_per_hour: Annotated[int, Field(ge=1, le=1000)] = Field(
        5, description="Links of each kind that one account may be sent in an hour."
    )
    password_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Password hashes that a worker process computes at once; each takes 64 MiB and a core."
    )
    password_queue: Annotated[int, Field(ge=0, le=10_000)] = Field(
        16, description="Password hashes that may wait for that in a worker process; beyond it 503 with `Retry-After`."
    )
    wrong_passwords_per_account: Annotated[int, Field(ge=0, le=100_000)] = Field(
        10,
        description="Wrong passwords for one account in the window below; then 429. From the fifth on each wait is "
        "twice the last. Addresses that signed in to it within 30 days have a count of their own. 0 is no limit.",
    )
    wrong_passwords_per_address: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        60, description="Wrong passwords from one address in the window (IPv6: from one /64). 0 is no limit."
    )
    wrong_passwords_window_s: Annotated[int, Field(ge=1, le=86400)] = Field(
        900, description="Window of the two limits above, from the first wrong password on, seconds."
    )
    registrations_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        20, description="Accounts that may be made from one address in an hour; 0 is no limit."
    )
    forgotten_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        30, description="Links for new passwords that may be asked for from one address in an hour; 0 is no limit."
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description='Addresses or networks of proxies whose `X-Forwarded-For` is believed, as JSON: `["10.0.0.0/8"]`. '
        "Limits by address and the audit log go by it.",
    )

    khalti_secret_key: HeaderSecret = Field(
        None,
        validation_alias="KHALTI_SECRET_KEY",
        description="Khalti's live secret key. Default: the sandbox gateway that comes with the server is used.",
    )
    khalti_public_key: str | None = Field(
        None,
        validation_alias="KHALTI_PUBLIC_KEY",
        description="Khalti's public key, which front ends find in `GET /api/v1/payments/gateways/`. Nothing else uses "
        "it.",
    )
    khalti_base_url: HttpUrl | None = Field(
        None, description="Another KPG-2 address, such as a sandbox gateway on another host."
    )
    khalti_return_url: HttpUrl | None = Field(
        None,
        validation_alias="KHALTI_RETURN_URL",
        description="Where buyers go after paying when the client names no `return_url`.",
    )
    khalti_webhook_url: HttpUrl | None = Field(
        None,
        validation_alias="KHALTI_WEBHOOK_URL",
        description="Address that whoever sends payment webhooks was given. It is told to nobody, Khalti's API takes "
        "none; `dispatch doctor` says whether it leads to this server.",
    )
    sandbox_port: Port = Field(0, description="Port of the sandbox gateway; 0 keeps the last one or takes a free one.")

    webhook_secrets: WebhookSecrets = Field(
        (),
        description="Secrets that payment webhooks may be signed with, as JSON; several while they are exchanged. "
        "`whsec_…` is base64, anything else is taken as it is; an empty one is refused. Default: every webhook is "
        "refused.",
    )
    payments_per_minute: int = Field(
        30, ge=1, le=100_000, description="Payments a user may open at once; they come back evenly over a minute."
    )
    open_payments: int = Field(
        10, ge=1, le=10_000, description="Unpaid payments with which a user may hold stock at once."
    )
    hold_share: float = Field(
        0.5, ge=0, le=1, description="Share of a product's stock that one user may hold without paying."
    )
    hold_pieces: int = Field(
        20, ge=0, le=1_000_000_000, description="Pieces that one user may hold of a product whatever its share is."
    )
    hold_s: int = Field(
        3600,
        ge=60,
        le=86400,
        description="Longest a user holds stock of a product without paying, seconds; paying anew does not prolong it.",
    )
    hold_cooldown_s: int = Field(
        3600,
        ge=0,
        le=7 * 86400,
        description="How long after that the same user's payments hold none of that product, seconds.",
    )
    return_hosts: tuple[Annotated[str, Field(pattern=r"^(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$")], ...] = Field(
        (),
        description='Hosts that a client\'s `return_url` may name, as JSON: `["shop.example"]`; a port may follow, and '
        "`*.shop.example` means all below it. Default: any.",
    )
    unknown_payments_per_minute: int = Field(
        300, ge=1, le=100_000, description="Callbacks that name no payment of ours which one address may send a minute."
    )
    review_attempts: int = Field(
        20, ge=1, description="Payments without success in an hour from which a user's next one is held for review."
    )
    review_failed_payments: int = Field(
        5,
        ge=1,
        description="Failed payments in a day, of any gateway, from which a user's next one is held.",
    )
    review_new_account_amount: Decimal = Field(
        Decimal("200000.00"),
        ge=0,
        description="Amount from which a payment of an account under a day old is held, NPR, with all that it paid and "
        "opened on that day.",
    )
    review_far_amount: Decimal = Field(
        Decimal("50000.00"),
        ge=0,
        description="Amount from which a payment ten times the user's usual one is held, NPR, with all that the user "
        "paid and opened within an hour.",
    )

    mail_from: str = Field("Marketplace <no-reply@localhost>", description="Sender of mails.")
    smtp_host: str | None = Field(None, description="SMTP server. Default: mails become files in the data folder.")
    smtp_port: Port = Field(587, description="Port of the SMTP server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls`, `tls` from the first byte (port 465), or `none`, for this machine only."
    )
    smtp_username: str | None = Field(None, description="Log-in at the SMTP server.")
    smtp_password: SecretStr | None = Field(None, description="Password at the SMTP server.")
    templates_dir: Path | None = Field(
        None, description="Folder of own message templates; each comes before ours of the same name."
    )
    sms_url: HttpUrl | None = Field(None, description="SMS provider's address. Default: no SMS are sent.")
    sms_token: HeaderSecret = Field(
        None, description="Bearer token at the SMS provider. Default: sent without, for a relay of your own."
    )
    sms_sender: str = Field("Marketplace", description="Sender of SMS.")

    vat_rate: Decimal = Field(Decimal("0.13"), ge=0, le=1, description="VAT on products of the standard tax class.")
    shipping_cost: Decimal = Field(
        Decimal("100.00"), ge=0, le=1_000_000, decimal_places=2, description="Shipping of an order, NPR."
    )
    other_shipping_costs: tuple[Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)], ...] = Field(
        (),
        description="What a buyer may choose as `shipping_cost` beside `DISPATCH_SHIPPING_COST`, NPR, as JSON: "
        '`["0.00", "250.00"]`.',
    )
    order_prices_kept_s: int = Field(
        0,
        ge=0,
        le=365 * 86400,
        description="How long an order is paid at its own prices, seconds; later at those of the moment, which the "
        "buyer is told first.",
    )
    order_expires_h: float = Field(
        24.0, ge=0, le=24 * 365, description="Unpaid orders are cancelled after so many hours; 0 keeps them."
    )
    unpaid_orders: int = Field(20, ge=1, le=10_000, description="Unpaid orders that a user may have at once.")
    invoice_issuer: str = Field("", max_length=200, description="Seller of record on invoices: its registered name.")
    invoice_address: str = Field("", max_length=300, description="Address of the seller of record.")
    invoice_tax_number: str = Field(
        "", max_length=30, description="PAN or VAT number of the seller of record, on invoices."
    )
    objection_s: int = Field(
        3 * 86400,
        ge=0,
        description="How long a buyer may object to a seller's word that the goods arrived, seconds; so long after the "
        "last of its goods arrived an order is completed.",
    )
    commission_rate: Decimal = Field(
        Decimal("0.10"), ge=0, le=1, description="Share of the delivery fee that the marketplace keeps."
    )
    road_factor: float = Field(1.3, ge=1, le=5, description="Road distance over great-circle distance.")
    assign_radius_km: float = Field(20.0, gt=0, le=2000, description="Farthest transporter considered for a pickup.")
    max_active_deliveries: int = Field(
        5,
        ge=1,
        le=1000,
        description="Deliveries a transporter may have under way at once, unless an admin allows it more.",
    )
    max_active_grant: int = Field(
        50, ge=1, le=1000, description="Deliveries under way that an admin may allow a transporter at most."
    )
    required_documents: Texts = Field(
        (),
        description='Kinds of documents without which no transporter is verified, as JSON: `["licence"]`.',
    )
    max_delivery_fee: Decimal = Field(Decimal("100000.00"), ge=0, le=10**9, description="Highest delivery fee, NPR.")
    max_package_value: Decimal = Field(
        Decimal("10000000.00"), ge=0, le=10**9, description="Highest value of a package, NPR."
    )
    nearby_max_km: float = Field(50.0, gt=0, le=500, description="Widest radius in which transporters are looked for.")
    handover_far_m: float = Field(
        1000.0,
        gt=0,
        description="A pickup or drop-off so far from its address, or from where the transporter was just seen, is "
        "flagged as implausible, metres.",
    )
    service_area: Box = Field(
        None,
        description="Where parcels are carried, as JSON: `[south, west, north, east]` in degrees. Handovers outside "
        "are flagged. Default: everywhere.",
    )

    online_after_s: int = Field(120, ge=1, description="A transporter without a ping for so long is offline.")
    stale_after_s: int = Field(
        45, ge=1, description="A transporter without a ping for so long is stale: online, but its position is doubtful."
    )
    ping_interval_s: float = Field(5.0, gt=0, description="How often phones are asked to send a position.")
    ping_distance_m: float = Field(15.0, ge=0, description="Movement below which phones may stay silent.")
    ping_heartbeat_s: float = Field(30.0, gt=0, description="Longest silence of a phone that does not move.")
    ping_max_age_s: int = Field(30 * 86400, ge=60, description="Fixes older than this are rejected as too old.")
    ping_max_ahead_s: int = Field(120, ge=0, description="Fixes further in the future than this are rejected.")
    ping_max_speed_mps: float = Field(
        70.0, gt=0, description="Fixes that would need a higher speed are flagged `impossible_speed`."
    )
    ping_hold_jumps: bool = Field(
        False,
        description="True holds the live position back from a jump until the next fix confirms it; "
        "False lets the newest fix win, flagged.",
    )
    ping_poor_accuracy_m: float = Field(
        100.0, gt=0, description="Fixes that are less accurate are flagged `poor_accuracy`."
    )
    ping_rate: float = Field(
        20_000.0, gt=0, description="Pings a second that one connection may send for long; it is read no faster."
    )
    ping_bytes_rate: float = Field(8 * 2**20, gt=0, description="The same in bytes a second.")
    ping_quota_per_day: int = Field(
        1_000_000,
        ge=0,
        description="Pings that one transporter may have stored in a day (UTC); 0 is no limit.",
    )
    ping_numberings_per_day: int = Field(
        2_000,
        ge=0,
        description="Epochs and portions of 4,096 seqs that one transporter may begin in a day (UTC), each about 600 "
        "bytes of Redis for 40 days; 0 is no limit.",
    )
    ping_memory_reserve: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of Redis' `maxmemory` that pings leave free; beyond it they are refused.",
    )
    redis_maxmemory_mb: int = Field(
        0,
        ge=0,
        description="`maxmemory` of the embedded Redis, MiB; 0 is a quarter of the machine's memory, at least 256.",
    )
    ping_log_max: int = Field(
        5_000_000,
        ge=1000,
        description="Fixes that may wait for PostgreSQL, about 250 bytes of Redis each; beyond it pings are refused.",
    )
    ping_replicas: int = Field(
        0,
        ge=0,
        le=10,
        description="Replicas of Redis that must have a ping before it is acknowledged; while fewer answer, pings are "
        "refused.",
    )
    ping_flush_ms: float = Field(
        5.0, ge=0, le=1000, description="Longest wait for more pings before a batch is stored."
    )
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
    audit_keep_days: int = Field(
        730, ge=0, le=36500, description="Audit events older than so many days (90 at least) are dropped; 0 keeps all."
    )
    allowed_origins: Texts = Field(
        (),
        description='Browser origins allowed to call the API and sockets, as JSON: `["https://shop.example"]`.',
    )

    @field_validator("*", mode="before")
    @classmethod
    def _plain_number(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  # whatever a setting may be
        """Numbers are written in digits: `1_000` and `inf` are none."""
        kind = cls.model_fields[str(info.field_name)].annotation
        kinds = {kind, *get_args(kind)}
        if not isinstance(value, str) or not kinds & {int, float, Decimal}:
            return value
        is_whole = not kinds & {float, Decimal}
        try:
            (whole_number if is_whole else decimal_number)(value.strip())
        except ValueError:
            raise PydanticKnownError("int_parsing" if is_whole else "float_parsing") from None
        return value

    @property
    def public_url(self) -> str:
        """Address under which clients reach this server, without a trailing slash."""
        if self.site_url:
            return self.site_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  # a comparison, not a bind
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def oldest_fix_s(self) -> int:
        """Age beyond which a fix is rejected: nothing is accepted only to be dropped."""
        return min(self.ping_max_age_s, self.history_keep_days * 86400 or self.ping_max_age_s)

    def signing_key(self) -> str:
        """The key of access tokens: the configured one, else one made once per data folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.data_dir / "secret-key"
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                path.hardlink_to(fresh)  # the first of several starting processes wins
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError with one line for each bad value and each unknown variable."""
    lines = unknown_variables(os.environ, {variable_name(field) for field in Settings.model_fields})
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            place = str(problem["loc"][0])
            lines.append(sentence(variable_name(place), problem, _field(place)))
        raise SettingsError("\n".join(lines)) from None
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def _field(place: str) -> FieldInfo | None:
    """The field that pydantic names, by its own name or by its variable."""
    by_alias = {info.validation_alias: info for info in Settings.model_fields.values() if info.validation_alias}
    return Settings.model_fields.get(place) or by_alias.get(place)


def variable_name(field: str) -> str:
    """The environment variable that sets ``field``."""
    info = Settings.model_fields.get(field)
    if info is not None and info.validation_alias is not None:
        return str(info.validation_alias)
    return field if field.isupper() else f"DISPATCH_{field.upper()}"
