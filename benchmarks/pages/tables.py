"""What was measured, as lines of docs/benchmarks.md."""

from typing import Final

from benchmarks.figures import Line

MOST_MS: Final = 1_000
"""How long a page may say nothing."""


def lines(found: dict[str, float]) -> list[Line]:
    """For the table of docs/benchmarks.md."""
    slowest = max(found, key=lambda path: found[path])
    measured = f"{found[slowest]:,.0f} ms (`{slowest.format(number='…')}`)"
    return [("first content of the slowest page, its processor held to a quarter", measured, f"≤ {MOST_MS:,} ms")]
