"""What operators may rely on in the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.cli.settings_table import settings_markdown
from dispatch.settings import MIN_KEY_LENGTH, Settings, SettingsError, load_settings, variable_name

ROOT = Path(__file__).resolve().parents[2]


def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_PORT", "eighty")
    monkeypatch.setenv("KHALTI_RETURN_URL", "ftp://nowhere")
    monkeypatch.setenv("DISPATCH_REDIS_URL", "http://wrong")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    for variable in ("DISPATCH_PORT", "KHALTI_RETURN_URL", "DISPATCH_REDIS_URL"):
        assert f"{variable}: " in str(caught.value)


def test_a_short_signing_key_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_SECRET_KEY", "too-short")
    with pytest.raises(SettingsError, match=str(MIN_KEY_LENGTH)) as caught:
        load_settings()
    assert "too-short" not in str(caught.value)


def test_settings_cannot_be_changed_and_do_not_show_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHALTI_SECRET_KEY", "live_secret_key_68791341fdd94846a146f0457ff7b455")
    settings = load_settings()
    assert "68791341" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_url_is_taken_as_people_write_it(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE_URL", f"{scheme}://me:secret@host/name")
    assert load_settings().database_url == "postgresql+asyncpg://me:secret@host/name"


def test_the_signing_key_is_made_once_per_data_folder_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = settings.signing_key()
    assert len(key) >= MIN_KEY_LENGTH
    assert Settings(data_dir=tmp_path / "new").signing_key() == key
    assert Settings(data_dir=tmp_path / "other").signing_key() != key
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_says_what_it_is(name: str) -> None:
    assert Settings.model_fields[name].description


def test_the_page_of_settings_is_the_class() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_markdown()


def test_the_contract_s_own_variables_have_no_prefix() -> None:
    names = {variable_name(name) for name in Settings.model_fields}
    contract = {
        "KHALTI_SECRET_KEY",
        "KHALTI_PUBLIC_KEY",
        "KHALTI_RETURN_URL",
        "KHALTI_WEBHOOK_URL",
        "SITE_URL",
        "DEBUG",
    }
    assert contract <= names
