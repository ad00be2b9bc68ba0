"""What production cannot do without. With ``DEBUG=False`` nothing starts until all of it is there.

Only what would be silently wrong otherwise: buyers who pay with play money, tokens in the clear, keys that differ.
What is merely advisable says `dispatch doctor`.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from dispatch.errors import OperatorError
from dispatch.settings import Settings

KHALTI_HOST = "khalti.com"


class NotForProduction(OperatorError):
    """Production lacks settings; the text names each one."""


@dataclass(frozen=True, slots=True)
class MissingSetting:
    """A setting that is missing or cannot be for production, and what to do."""

    variable: str
    found: str
    advice: str


def missing_settings(settings: Settings) -> list[MissingSetting]:
    """Everything that production lacks, all at once; nothing where DEBUG says that this is none."""
    if settings.debug:
        return []
    return [*_money(settings), *_address(settings), *_keys(settings)]


def require_production(settings: Settings) -> None:
    """Raises NotForProduction, which names all that is missing."""
    lacks = missing_settings(settings)
    if lacks:
        lines = "\n".join(f"  {lack.variable}: {lack.found}; {lack.advice}" for lack in lacks)
        raise NotForProduction(
            f"DEBUG=False is production, and production does not start without:\n{lines}\n"
            "`dispatch doctor` explains what else it should have. To try things out, leave DEBUG out."
        )


def _money(settings: Settings) -> list[MissingSetting]:
    found = []
    key = settings.khalti_secret_key.get_secret_value().strip() if settings.khalti_secret_key else ""
    live = "set the live secret key from Khalti's merchant dashboard"
    if not key:
        found.append(
            MissingSetting(
                "KHALTI_SECRET_KEY", "not set: goods would be sold for the sandbox gateway's play money", live
            )
        )
    elif key.startswith("test_"):
        found.append(MissingSetting("KHALTI_SECRET_KEY", "a test key", live))
    if settings.khalti_base_url is not None and not _is_khalti(settings.khalti_base_url):
        found.append(
            MissingSetting("DISPATCH_KHALTI_BASE_URL", "not Khalti's production, which is real money", "leave it out")
        )
    return found


def _is_khalti(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname == KHALTI_HOST


def _address(settings: Settings) -> list[MissingSetting]:
    if settings.site_url is None:
        return [MissingSetting("SITE_URL", "not set", "set the public address, such as https://shop.example")]
    if not settings.site_url.startswith("https://"):
        return [
            MissingSetting(
                "SITE_URL", "not https", "payments and passwords travel encrypted: put TLS before the server"
            )
        ]
    return []


def _keys(settings: Settings) -> list[MissingSetting]:
    if settings.secret_key is None:
        advice = "make one with `openssl rand -base64 48`, the same on every host"
        return [MissingSetting("DISPATCH_SECRET_KEY", "not set", advice)]
    return []
