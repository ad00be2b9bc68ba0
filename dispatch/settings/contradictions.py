"""Settings that fit each by itself and not with one another, and what would fit.

Whoever sets only one of two is held to the other's default; a rule that a default may break counts only where somebody
set both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch.settings.settings import Settings

DAY_S = 86_400
# What the embedded PostgreSQL lets in, less what it and the commands of operators keep for themselves.
EMBEDDED_CONNECTIONS = 90

Wrong = Callable[[Settings], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Between fields: what is wrong with the first, in words, None where nothing is.

    ``if_set``: counts only where every field was set.
    """

    fields: tuple[str, ...]
    wrong: Wrong
    if_set: bool = False


def contradictions(settings: Settings, name_of: Callable[[str], str], unusable: frozenset[str]) -> Iterator[str]:
    """A line for each rule that is broken; not for one of a field in ``unusable``, whose value is none."""
    for rule in RULES:
        if unusable & set(rule.fields) or (rule.if_set and not settings.model_fields_set.issuperset(rule.fields)):
            continue
        found = rule.wrong(settings)
        if found is not None:
            names = {field: name_of(field) for field in rule.fields}
            yield f"{names[rule.fields[0]]}: {found.format(**names)}"


def _at_most(low: str, high: str, why: str, *, less: bool = False) -> Wrong:
    """``low`` is at most ``high``, or less than it."""

    def wrong(settings: Settings) -> str | None:
        first, second = getattr(settings, low), getattr(settings, high)
        if first < second or (first == second and not less):
            return None
        bound = "less than" if less else "at most"
        return f"{first:g} is not {bound} {{{high}}} ({second:g}): {why}"

    return wrong


def _quota(settings: Settings) -> str | None:
    asked = round(DAY_S / settings.ping_interval_s)
    if settings.ping_quota_per_day == 0 or settings.ping_quota_per_day >= asked:
        return None
    return (
        f"{settings.ping_quota_per_day:,} is less than the {asked:,} pings that {{ping_interval_s}} "
        f"({settings.ping_interval_s:g}) asks of a phone in a day; as many or more fit, 0 is no limit"
    )


def _retention(settings: Settings) -> str | None:
    kept_s = settings.history_keep_days * DAY_S
    if settings.history_keep_days == 0 or settings.ping_max_age_s <= kept_s:
        return None
    return (
        f"takes fixes of an age ({settings.ping_max_age_s} s) that {{history_keep_days}} "
        f"({settings.history_keep_days}) drops at once; at most {kept_s} fits"
    )


def _pool(settings: Settings) -> str | None:
    if settings.database_url is not None or settings.database_pool_size <= EMBEDDED_CONNECTIONS:
        return None
    return (
        f"{settings.database_pool_size} are more connections than the embedded PostgreSQL has; at most "
        f"{EMBEDDED_CONNECTIONS} fit, or set {{database_url}}"
    )


def _watchers(settings: Settings) -> str | None:
    of_all, of_watchers = settings.sockets_per_address, settings.watchers_per_address
    if of_all == 0 or 0 < of_watchers <= of_all:
        return None
    return (
        f"{of_watchers or 'no limit'} is more than {{sockets_per_address}} ({of_all}) allows of all; at most that fits"
    )


def _metrics(settings: Settings) -> str | None:
    if not settings.port or settings.metrics_port != settings.port:
        return None
    return f"{settings.port} is {{port}} too; another port fits"


def _login(settings: Settings) -> str | None:
    if settings.smtp_username and settings.smtp_password is None:
        return "is set without {smtp_password}; both fit, or neither"
    return None


def _password(settings: Settings) -> str | None:
    if settings.smtp_password is not None and not settings.smtp_username:
        return "is set without {smtp_username}; both fit, or neither"
    return None


RULES: tuple[Rule, ...] = (
    Rule(
        ("stale_after_s", "offline_after_s"),
        _at_most("stale_after_s", "offline_after_s", "a transporter is stale before it is offline", less=True),
    ),
    Rule(
        ("ping_heartbeat_s", "stale_after_s"),
        _at_most("ping_heartbeat_s", "stale_after_s", "a phone that does not move would be stale", less=True),
    ),
    Rule(
        ("ping_interval_s", "ping_heartbeat_s"),
        _at_most("ping_interval_s", "ping_heartbeat_s", "phones speak as often as that at least"),
    ),
    Rule(
        ("max_active_deliveries", "max_active_grant"),
        _at_most("max_active_deliveries", "max_active_grant", "what an admin may grant is more than the rule"),
    ),
    Rule(
        ("access_token_s", "refresh_token_s"),
        _at_most("access_token_s", "refresh_token_s", "a refresh token outlives the access token beside it"),
    ),
    Rule(
        ("refresh_grace_s", "refresh_token_s"),
        _at_most("refresh_grace_s", "refresh_token_s", "a refresh token must outlive its grace", less=True),
    ),
    Rule(("ping_max_age_s", "history_keep_days"), _retention, if_set=True),
    Rule(("ping_quota_per_day", "ping_interval_s"), _quota),
    Rule(("database_pool_size", "database_url"), _pool),
    Rule(("watchers_per_address", "sockets_per_address"), _watchers, if_set=True),
    Rule(("metrics_port", "port"), _metrics),
    Rule(("smtp_username", "smtp_password"), _login),
    Rule(("smtp_password", "smtp_username"), _password),
)
