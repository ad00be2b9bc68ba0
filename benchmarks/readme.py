"""The tables of the README, written by the commands that measure what stands in them."""

from collections.abc import Iterable
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"

Line = tuple[str, str, str]
"""What, measured, must reach."""


def write_figures(suite: str, lines: Iterable[Line], path: Path = README) -> None:
    """Put the lines between the suite's marks; a README without marks stays as it is."""
    begin = f"<!-- {suite} figures, written by `python -m benchmarks {suite}` -->"
    end = f"<!-- end of {suite} figures -->"
    text = path.read_text()
    if begin not in text:
        return
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    before, rest = text.split(begin)
    _, after = rest.split(end)
    path.write_text(f"{before}{begin}\n| what | measured | must reach |\n| --- | --- | --- |\n{rows}\n{end}{after}")
