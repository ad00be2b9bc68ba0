"""Where commands print: lines of a terminal fold at its edge, lines of a pipe or file stay whole for who reads them."""

import sys

from rich.console import Console

# Wider than any table; a table takes what it needs of it.
ENDLESS = 2_000


def make_console(*, stderr: bool = False, highlight: bool = True) -> Console:
    """A console on standard output or standard error."""
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(stderr=stderr, highlight=highlight)
    return Console(stderr=stderr, highlight=highlight, soft_wrap=True, width=ENDLESS)
