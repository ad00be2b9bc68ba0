"""What a script may rely on that calls commands and reads what they print."""

import os
import subprocess
import sys

import pytest

from api.cli.main import main
from dispatch.settings import Settings, SettingsError, load_settings, variable_name
from dispatch.settings.environment import unknown_variables

KNOWN = {variable_name(name) for name in Settings.model_fields}


def _printed(*arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "api.cli.main", *arguments],
        env=os.environ | {"COLUMNS": "40"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_command_is_also_known_with_underscores() -> None:
    hyphened = [name for name in main.commands if "-" in name]
    assert "create-delivery" in hyphened
    with main.make_context("dispatch", ["settings"]) as context:
        for name in hyphened:
            assert main.get_command(context, name.replace("-", "_")) is main.commands[name]
        assert main.get_command(context, "create_nothing") is None


def test_lines_do_not_fold_where_nobody_looks_at_them() -> None:
    code, printed = _printed("settings")
    assert code == 0
    for name in Settings.model_fields:
        line = next(line for line in printed.splitlines() if variable_name(name) in line)
        description = Settings.model_fields[name].description or ""
        assert description.split()[-1].strip("`.") in line, line


def test_a_variable_that_is_no_setting_is_refused_with_the_name_that_was_meant() -> None:
    code, printed = _printed("doctor", DISPATCH_PROT="80", DISPATCH_DEBUG="0", DISPATCH_PORT="x")
    assert code == 2
    assert "DISPATCH_PROT: is no setting; did you mean DISPATCH_PORT?\n" in printed
    assert "DISPATCH_DEBUG: is no setting; did you mean DEBUG?\n" in printed
    assert "DISPATCH_PORT: " in printed  # whose value is wrong as well
    assert "Traceback" not in printed


@pytest.mark.parametrize("name", ["DISPATCH_NONSENSE", "dispatch_khalti_base"])
def test_each_unknown_variable_is_a_line(name: str) -> None:
    (line,) = unknown_variables({name: "1", "PATH": "/bin"}, KNOWN)
    assert line.startswith(f"{name}: is no setting; ")


def test_what_others_set_for_a_service_named_dispatch_is_no_setting_of_ours() -> None:
    names = ["DISPATCH_SERVICE_HOST", "DISPATCH_PORT_8000_TCP_ADDR", "DISPATCH_SERVICE_PORT_HTTP", "DISPATCH_TEST_DATA"]
    assert unknown_variables(dict.fromkeys(names, "x"), KNOWN) == []
    assert unknown_variables(dict.fromkeys(KNOWN, ""), KNOWN) == []


def test_the_environment_is_read_with_its_unknown_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_WORKER", "2")
    with pytest.raises(SettingsError, match="did you mean DISPATCH_WORKERS"):
        load_settings()
