"""The tables of docs/benchmarks.md, and the few lines of them that the README repeats."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
README = ROOT / "README.md"

Line = tuple[str, str, str]
"""What, measured, must reach."""


def write_figures(
    suite: str, lines: Iterable[Line], before: Iterable[Line] = (), pages: Sequence[Path] = (BENCHMARKS, README)
) -> None:
    """Put the lines between the suite's marks, where those of ``before`` stand; other lines stay as they are.

    ``before``: the same figures as they were measured last, whose words may differ. Between the marks of the
    headline figures those lines are renewed that stand there already. A page without marks stays as it is.
    """
    new = list(lines)
    replaced = {line[0] for line in [*new, *before]}
    for page in pages:
        _renew_suite(suite, new, replaced, page)
        _renew_headlines(new, page)


def _renew_suite(suite: str, new: list[Line], replaced: set[str], page: Path) -> None:
    text = page.read_text()
    found = _marked(suite, text)
    if found is None:
        return
    rows = _rows(found[2])
    place = next((at for at, row in enumerate(rows) if _what(row) in replaced), len(rows))
    kept = [row for row in rows if _what(row) not in replaced]
    place = min(place, len(kept))
    _write(page, text, found, [*kept[:place], *map(_row, new), *kept[place:]])


def _renew_headlines(lines: list[Line], page: Path) -> None:
    text = page.read_text()
    found = _marked("headline", text)
    if found is None:
        return
    measured = {_without_numbers(line[0]): line for line in lines}
    rows = [
        _row(measured[name]) if (name := _without_numbers(_what(row))) in measured else row for row in _rows(found[2])
    ]
    _write(page, text, found, rows)


def _marked(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(<!-- {name} figures[^\n]* -->\n)(.*?)(<!-- end of {name} figures -->)", text, re.DOTALL)


def _write(path: Path, text: str, found: re.Match[str], rows: list[str]) -> None:
    table = "\n".join(["| what | measured | must reach |", "| --- | --- | --- |", *rows]) + "\n"
    path.write_text(f"{text[: found.start()]}{found[1]}{table}{found[3]}{text[found.end() :]}")


def _rows(table: str) -> list[str]:
    return [row for row in table.splitlines()[2:] if row.strip()]


def _row(line: Line) -> str:
    return f"| {' | '.join(line)} |"


def _what(row: str) -> str:
    return row.removeprefix("| ").partition(" | ")[0]


def _without_numbers(what: str) -> str:
    """The name of a figure: ``at 144,156 pings/s`` is another number each time. Sizes of plans stay, with a ×."""
    return what if "×" in what else re.sub(r"\d[\d,]*", "#", what)
