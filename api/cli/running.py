"""What every command does first and last: settings, logs, its coroutine, and how a mistake is told."""

import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import click

from api.terminal.console import make_console
from dispatch.errors import OperatorError

if TYPE_CHECKING:
    from dispatch.settings import Settings

EXIT_UNUSABLE = 2


def run(command: Coroutine[Any, Any, int | None]) -> None:
    """Run a command's coroutine and end with its exit code."""
    if sys.platform == "win32":
        raise OperatorError("dispatch runs on Linux and macOS")
    import uvloop

    sys.exit(uvloop.run(command) or 0)


def read_settings() -> "Settings":
    """The settings of the environment."""
    from dispatch.settings import load_settings

    return load_settings()


def configure_logs(settings: "Settings") -> None:
    """For commands that serve: what they write is nobody else's business."""
    from api.process.private_files import keep_new_files_private
    from api.server.logs import configure_logs as configure

    keep_new_files_private()
    configure(settings)


def complain(message: str) -> NoReturn:
    """Say what is wrong and end."""
    make_console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(EXIT_UNUSABLE)


def read_password(*, from_stdin: bool) -> str:
    """Of the person at the terminal, or of what stands before us in a pipe."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
