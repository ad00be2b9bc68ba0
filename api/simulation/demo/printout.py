"""What the person at the terminal sees."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.simulation.demo.summary import Summary
from api.terminal.console import make_console

console = make_console(highlight=False)


class Steps:
    """Progress: a spinner beside what is being done, a line for what is done."""

    def __init__(self, out: Console = console) -> None:
        self._out = out

    @contextmanager
    def step(self, doing: str, done: str) -> Generator[Callable[[str], None], None, None]:
        """Show one step; what it yields changes the words beside the spinner."""
        started = time.monotonic()
        with self._out.status(f"{doing} …", spinner="dots") as status:
            yield lambda detail: status.update(f"{doing} … {detail}")
        self._out.print(f" [green]✓[/] {done} [dim]{time.monotonic() - started:.1f} s[/]")


def print_summary(summary: Summary, file: Path, out: Console = console) -> None:
    """Where everything is, who may come in, and what to try."""
    people = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("role", "e-mail", "password"):
        people.add_column(column)
    for role, account in summary.accounts.items():
        people.add_row(role, account.email, account.password)
    out.print()
    for label, place in (
        ("Server", f"[bold]{summary.base_url}[/]"),
        ("Documentation", f"{summary.base_url}/schema"),
        ("Payment pages", f"{summary.sandbox_url} [dim](sandbox: no real money)[/]"),
        ("All log-ins", escape(_short(file))),
    ):
        out.print(f"{label:<15}{place}", soft_wrap=True)
    out.print()
    out.print(people)
    out.print()
    for words, command in _hints(summary):
        out.print(f"[dim]{words}[/]")
        out.print(f"  {escape(command)}", soft_wrap=True)
    out.print()
    out.print("Ctrl-C stops it. The data stays, and the next start goes on with it.")


def _hints(summary: Summary) -> list[tuple[str, str]]:
    programs = _short(Path(sys.executable).parent)
    hints = []
    if summary.tracking_numbers:
        number = summary.tracking_numbers[0]
        socket = f"ws{summary.base_url.removeprefix('http')}/ws/track/{number}"
        hints.append(("Follow a parcel live", f"{programs}/websockets {socket}"))
        hints.append(("See what happened to it", f"curl {summary.base_url}/api/deliveries/{number}/track/"))
    hints.append(("Pay an order of your own at the sandbox", f"{programs}/dispatch sandbox-pay PIDX"))
    hints.append(("Stream recorded GPS traces in", f"{programs}/dispatch replay FILE --speed 20"))
    return hints


def _short(path: Path) -> str:
    """The path as one would type it here."""
    here = Path.cwd()
    whole = path if path.is_absolute() else here / path
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)
