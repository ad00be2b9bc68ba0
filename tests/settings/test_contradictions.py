"""Settings that each fit alone and not together are refused, all at once, with what would fit."""

import pytest

from api.embedded.postgres import SETTINGS as EMBEDDED_POSTGRES
from dispatch.settings import SettingsError, load_settings
from dispatch.settings.contradictions import EMBEDDED_CONNECTIONS, RULES

BROKEN = [
    ({"DISPATCH_STALE_AFTER_S": "120"}, "DISPATCH_STALE_AFTER_S: 120 is not less than DISPATCH_OFFLINE_AFTER_S (120)"),
    ({"DISPATCH_OFFLINE_AFTER_S": "40"}, "DISPATCH_STALE_AFTER_S: 45 is not less than DISPATCH_OFFLINE_AFTER_S (40)"),
    (
        {"DISPATCH_PING_HEARTBEAT_S": "45"},
        "DISPATCH_PING_HEARTBEAT_S: 45 is not less than DISPATCH_STALE_AFTER_S (45)",
    ),
    (
        {"DISPATCH_PING_INTERVAL_S": "31"},
        "DISPATCH_PING_INTERVAL_S: 31 is not at most DISPATCH_PING_HEARTBEAT_S (30)",
    ),
    (
        {"DISPATCH_MAX_ACTIVE_GRANT": "4"},
        "DISPATCH_MAX_ACTIVE_DELIVERIES: 5 is not at most DISPATCH_MAX_ACTIVE_GRANT (4)",
    ),
    (
        {"DISPATCH_REFRESH_TOKEN_S": "60"},
        "DISPATCH_ACCESS_TOKEN_S: 3600 is not at most DISPATCH_REFRESH_TOKEN_S (60)",
    ),
    (
        {"DISPATCH_ACCESS_TOKEN_S": "20", "DISPATCH_REFRESH_TOKEN_S": "30"},
        "DISPATCH_REFRESH_GRACE_S: 30 is not less than DISPATCH_REFRESH_TOKEN_S (30)",
    ),
    (
        {"DISPATCH_PING_MAX_AGE_S": "172800", "DISPATCH_HISTORY_KEEP_DAYS": "1"},
        "DISPATCH_PING_MAX_AGE_S: takes fixes of an age (172800 s) that DISPATCH_HISTORY_KEEP_DAYS (1) drops at once",
    ),
    (
        {"DISPATCH_PING_QUOTA_PER_DAY": "17279"},
        "DISPATCH_PING_QUOTA_PER_DAY: 17,279 is less than the 17,280 pings that DISPATCH_PING_INTERVAL_S (5) asks",
    ),
    (
        {"DISPATCH_DATABASE_POOL_SIZE": "91"},
        "DISPATCH_DATABASE_POOL_SIZE: 91 are more connections than the embedded PostgreSQL has; at most 90 fit",
    ),
    (
        {"DISPATCH_WATCHERS_PER_ADDRESS": "11", "DISPATCH_SOCKETS_PER_ADDRESS": "10"},
        "DISPATCH_WATCHERS_PER_ADDRESS: 11 is more than DISPATCH_SOCKETS_PER_ADDRESS (10) allows",
    ),
    ({"DISPATCH_METRICS_PORT": "8000"}, "DISPATCH_METRICS_PORT: 8000 is DISPATCH_PORT too"),
    ({"DISPATCH_SMTP_USERNAME": "me"}, "DISPATCH_SMTP_USERNAME: is set without DISPATCH_SMTP_PASSWORD"),
    ({"DISPATCH_SMTP_PASSWORD": "it"}, "DISPATCH_SMTP_PASSWORD: is set without DISPATCH_SMTP_USERNAME"),
]

FITTING: list[dict[str, str]] = [
    {},
    {"DISPATCH_STALE_AFTER_S": "119"},
    {"DISPATCH_HISTORY_KEEP_DAYS": "1"},
    {"DISPATCH_PING_MAX_AGE_S": "86400", "DISPATCH_HISTORY_KEEP_DAYS": "1"},
    {"DISPATCH_PING_MAX_AGE_S": "172800", "DISPATCH_HISTORY_KEEP_DAYS": "0"},
    {"DISPATCH_PING_QUOTA_PER_DAY": "0"},
    {"DISPATCH_PING_QUOTA_PER_DAY": "17280"},
    {"DISPATCH_DATABASE_POOL_SIZE": "500", "DISPATCH_DATABASE_URL": "postgresql://me@host/name"},
    {"DISPATCH_SOCKETS_PER_ADDRESS": "10"},
    {"DISPATCH_PORT": "0", "DISPATCH_METRICS_PORT": "0"},
    {"DISPATCH_SMTP_USERNAME": "me", "DISPATCH_SMTP_PASSWORD": "it"},
]


@pytest.mark.parametrize(("environment", "said"), BROKEN)
def test_what_does_not_fit_together_is_named_with_both_variables(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    [line] = str(caught.value).splitlines()
    assert line.startswith(said)


@pytest.mark.parametrize("environment", FITTING)
def test_what_fits_together_is_taken(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    load_settings()


def test_bad_values_unknown_variables_and_contradictions_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_PORT", "eighty")
    monkeypatch.setenv("DISPATCH_METRICS_PORT", "8000")  # compared with no port, for that one is none
    monkeypatch.setenv("DISPATCH_PROT", "80")
    monkeypatch.setenv("DISPATCH_STALE_AFTER_S", "500")
    monkeypatch.setenv("DISPATCH_MAX_ACTIVE_GRANT", "1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    named = {line.partition(":")[0].partition(" ")[0] for line in str(caught.value).splitlines()}
    assert named >= {"DISPATCH_PORT", "DISPATCH_PROT", "DISPATCH_STALE_AFTER_S", "DISPATCH_MAX_ACTIVE_DELIVERIES"}
    assert "DISPATCH_METRICS_PORT" not in str(caught.value)


def test_no_secret_is_shown_where_it_contradicts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_SMTP_PASSWORD", "hunter2-hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_every_rule_has_a_case_that_breaks_it() -> None:
    names = {f"DISPATCH_{rule.fields[0].upper()}" for rule in RULES}
    assert {said.partition(":")[0] for _, said in BROKEN} == names


def test_the_embedded_database_lets_in_more_than_a_pool_may_hold() -> None:
    assert int(EMBEDDED_POSTGRES["max_connections"]) > EMBEDDED_CONNECTIONS
