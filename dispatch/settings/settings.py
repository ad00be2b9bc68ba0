"""Every setting, section by section, and what follows from several of them."""

import secrets

from dispatch.settings.accounts import AccountSettings
from dispatch.settings.checks import TILE_ORIGIN
from dispatch.settings.connections import ConnectionSettings
from dispatch.settings.deliveries import DeliverySettings
from dispatch.settings.maps import MapSettings
from dispatch.settings.messages import MessageSettings
from dispatch.settings.payments import PaymentSettings
from dispatch.settings.phones import PhoneSettings
from dispatch.settings.server import ServerSettings
from dispatch.settings.shop import ShopSettings
from dispatch.settings.stores import StoreSettings


class Settings(
    # The last comes first in docs/settings.md.
    ConnectionSettings,
    MapSettings,
    PhoneSettings,
    DeliverySettings,
    StoreSettings,
    ShopSettings,
    MessageSettings,
    PaymentSettings,
    AccountSettings,
    ServerSettings,
):
    """What the server is told from outside."""

    @property
    def public_url(self) -> str:
        """Address under which clients reach this server, without a trailing slash."""
        if self.site_url:
            return self.site_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  # a comparison, not a bind
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def tiles_origin(self) -> str | None:
        """Scheme, host and port of the online tiles; None where there are none."""
        found = TILE_ORIGIN.match(self.tiles_url or "")
        return found[0] if found else None

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
