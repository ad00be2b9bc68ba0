"""The tables of the README, of which only those lines change that were measured."""

import re
from collections.abc import Iterable
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"

Line = tuple[str, str, str]
"""What, measured, must reach."""


def write_figures(suite: str, lines: Iterable[Line], before: Iterable[Line] = (), path: Path = README) -> None:
    """Put the lines between the suite's marks, where those of ``before`` stand; other lines stay as they are.

    ``before``: the same figures as they were measured last, whose words may differ. A README without marks stays as
    it is.
    """
    text = path.read_text()
    marks = re.compile(rf"(<!-- {suite} figures[^\n]* -->\n)(.*?)(<!-- end of {suite} figures -->)", re.DOTALL)
    found = marks.search(text)
    if found is None:
        return
    new = list(lines)
    replaced = {line[0] for line in [*new, *before]}
    rows = [row for row in found[2].splitlines()[2:] if row.strip()]
    place = next((at for at, row in enumerate(rows) if _what(row) in replaced), len(rows))
    kept = [row for row in rows if _what(row) not in replaced]
    place = min(place, len(kept))
    written = [*kept[:place], *(f"| {' | '.join(line)} |" for line in new), *kept[place:]]
    table = "\n".join(["| what | measured | must reach |", "| --- | --- | --- |", *written]) + "\n"
    path.write_text(f"{text[: found.start()]}{found[1]}{table}{found[3]}{text[found.end() :]}")


def _what(row: str) -> str:
    return row.removeprefix("| ").partition(" | ")[0]
