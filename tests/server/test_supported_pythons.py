"""The script that runs lint and tests on each supported Python."""

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _matrix(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603  # our own script
        [str(ROOT / ".ci" / "matrix"), *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_help_names_every_python_that_the_project_says_it_supports() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    code, said = _matrix("--help")
    assert code == 0
    assert "--lint-only" in said
    assert " ".join(one.rpartition(" ")[2] for one in listed) in said


def test_a_python_that_is_not_there_is_named_and_is_no_success() -> None:
    code, said = _matrix("--lint-only", "3.999")
    assert code == 2
    assert "3.999: not on this machine" in said


def test_an_option_that_is_none_is_refused_with_those_there_are() -> None:
    code, said = _matrix("--fast")
    assert code == 2
    assert "unknown: --fast" in said
    assert "--lint-only" in said
