"""A setting that cannot be used: all of them at once, each with what is wrong and what fits, and never a secret."""

import asyncio

import pytest

from api.server.production import NotForProduction, require_production
from api.server.serving import serving
from api.server.supervisor import supervising
from dispatch.settings import Settings, SettingsError, load_settings

WRONG = {
    "DISPATCH_PORT": ("eighty", "'eighty' does not fit; a whole number from 0 to 65,535 fits"),
    "DISPATCH_WORKERS": ("", "is set to nothing; a whole number from 0 to 256 fits"),
    "DISPATCH_VAT_RATE": ("3", "'3' does not fit; a number from 0 to 1 fits"),
    "DISPATCH_DATABASE_TIMEOUT_S": ("0", "'0' does not fit; a number above 0 to 3,600 fits"),
    "DEBUG": ("perhaps", "'perhaps' does not fit; True or False fits"),
    "DISPATCH_LOG_LEVEL": ("loud", "'loud' does not fit; DEBUG, INFO, WARNING or ERROR fits"),
    "DISPATCH_ZONE": ("a b", "a text of at most 64 signs like ^[A-Za-z0-9_.-]+$ fits"),
    "SITE_URL": ("http://", "names no host; https://host/path fits"),
    "KHALTI_RETURN_URL": ("ftp://shop", "ftp:// is no web address; https://host/path fits"),
    "DISPATCH_SECRET_KEY": ("short-secret", "must have at least 32 characters"),
    "DISPATCH_OLD_SECRET_KEYS": ('["short-secret"]', "must have at least 32 characters"),
    "DISPATCH_WEBHOOK_SECRETS": ("my-secret", "is no JSON list of texts"),
    "DISPATCH_ALLOWED_ORIGINS": ('{"a": 1}', "is no JSON list of texts"),
    "DISPATCH_SERVICE_AREA": ("Kathmandu", "must be [south, west, north, east] in degrees"),
    "DISPATCH_DATABASE_URL": ("mysql://me:my-secret@db/shop", "postgresql://user:password@host:5432/name fits"),
    "DISPATCH_AUDIT_KEEP_DAYS": ("89", "89 does not fit; 90 or more fit, or 0, which keeps all"),
    "DISPATCH_REDIS_URL": ("http://:my-secret@cache", "http:// is not Redis"),
}


def test_everything_that_is_wrong_is_said_at_once_with_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, (value, _) in WRONG.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert len(lines) == len(WRONG)
    for variable, (_, words) in WRONG.items():
        (line,) = (line for line in lines if line.startswith(f"{variable}: "))
        assert words in line
    assert "secret@" not in str(caught.value)
    assert "my-secret" not in str(caught.value)
    assert "short-secret" not in str(caught.value)
    assert "Input should" not in str(caught.value)
    assert "mysql:// is not PostgreSQL" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://db:port/shop", "cannot be read"),
        ("postgresql://me@db", "names no database"),
        ("db/shop", "an address without a scheme"),
        ("sqlite:///shop.db", "sqlite:// is not PostgreSQL"),
    ],
)
def test_a_database_address_that_leads_nowhere_is_refused_before_anything_connects(
    monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE_URL", url)
    with pytest.raises(SettingsError, match=words):
        load_settings()


def test_lists_are_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_ALLOWED_ORIGINS", '["https://shop.example"]')
    monkeypatch.setenv("DISPATCH_OLD_SECRET_KEYS", f'["{"k" * 40}"]')
    settings = load_settings()
    assert settings.allowed_origins == ("https://shop.example",)
    assert [key.get_secret_value() for key in settings.old_secret_keys] == ["k" * 40]


def test_production_names_all_that_it_lacks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "False")
    monkeypatch.setenv("DISPATCH_KHALTI_BASE_URL", "http://127.0.0.1:9/api/v2/")
    with pytest.raises(NotForProduction) as caught:
        require_production(load_settings())
    for variable in ("KHALTI_SECRET_KEY", "SITE_URL", "DISPATCH_SECRET_KEY", "DISPATCH_KHALTI_BASE_URL"):
        assert f"  {variable}: " in str(caught.value)
    monkeypatch.setenv("KHALTI_SECRET_KEY", "test_secret_key_1")
    monkeypatch.setenv("SITE_URL", "http://shop.example")
    with pytest.raises(NotForProduction) as caught:
        require_production(load_settings())
    assert "KHALTI_SECRET_KEY: a test key" in str(caught.value)
    assert "SITE_URL: not https" in str(caught.value)
    monkeypatch.delenv("DISPATCH_KHALTI_BASE_URL")
    monkeypatch.setenv("KHALTI_SECRET_KEY", "live_secret_key_1")
    monkeypatch.setenv("SITE_URL", "https://shop.example")
    monkeypatch.setenv("DISPATCH_SECRET_KEY", "k" * 40)
    require_production(load_settings())


async def test_nothing_is_started_for_production_that_lacks_something(settings: Settings) -> None:
    production = settings.model_copy(update={"debug": False, "data_dir": settings.data_dir / "never"})
    with pytest.raises(NotForProduction):
        async with serving(production):
            pass
    with pytest.raises(NotForProduction):
        async with supervising(production, asyncio.Event()):
            pass
    assert not production.data_dir.exists()
