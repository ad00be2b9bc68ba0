"""The command line that all suites share: what is measured is named, and nothing is rewritten unasked."""

import argparse
from collections.abc import Sequence

WRITE = "--write"


def suite_parser(suite: str, description: str) -> argparse.ArgumentParser:
    """A parser with ``--write``."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {suite}", description=description)
    parser.add_argument(
        WRITE,
        action="store_true",
        help="keep what was measured, in benchmarks/results and in docs/benchmarks.md; without it both stay",
    )
    return parser


def check_names(parser: argparse.ArgumentParser, asked: Sequence[str], known: Sequence[str], what: str) -> None:
    """End with a word about every name that is none."""
    unknown = [name for name in asked if name not in known]
    if unknown:
        parser.error(f"no {what} {', '.join(map(repr, unknown))}; there are {', '.join(known)}")
