"""Asking what there is measures nothing, and measuring rewrites nothing unasked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.figures import write_figures
from benchmarks.growth.suite import Measured
from benchmarks.growth.tables import lines as growth_lines
from benchmarks.pages.tables import lines as pages_lines

ROOT = Path(__file__).resolve().parents[2]
PAGE = """# Shop

<!-- live figures, written by `python -m benchmarks live` -->
| what | measured | must reach |
| --- | --- | --- |
| pings a second | 100 | 90 |
| latency at 50 pings/s | 7 ms | 10 ms |
| memory | 8 KiB | 9 KiB |
<!-- end of live figures -->

More.
"""


def _said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> tuple[int, str]:
    """The exit code and all that is printed."""
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, " ".join(f"{printed.out} {printed.err}".split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], "one of console, dispatch, growth, live, pages, payments, scoring"),
        (
            ["live", "--help"],
            "of phones-2000, phones-5000, connects, phones-each-second, steward, history, ingest, nearest",
        ),
        (["payments", "--help"], "FLOWS"),
        (["growth", "--help"], "ORDERS"),
        (["scoring", "--help"], "against_scipy"),
    ],
)
def test_help_is_help_at_every_level(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    code, said = _said(capsys, monkeypatch, arguments)
    assert code == 0, said
    assert "usage: python -m benchmarks" in said
    assert words in said
    assert "--write" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lives"], "no suite 'lives'; there are console, dispatch, growth, live, pages, payments, scoring"),
        (["live", "ingest", "lag", "fan"], "no figure 'lag', 'fan'; there are phones-2000"),
        (["dispatch", "live", "lives"], "no suite 'lives'; there are console, dispatch, growth, live, pages"),
        (["console", "atlas"], "no scene 'atlas'; there are console, geojson, leaflet"),
        (["payments", "3"], "FLOWS must be 10 or more"),
        (["growth", "3"], "ORDERS must be 1000 or more"),
        (["scoring", "--only", "single", "doubles"], "no measurement 'doubles'; there are 1000"),
        (["--wirte"], "unrecognized arguments: --wirte"),
    ],
)
def test_what_is_not_known_is_named_before_anything_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    code, said = _said(capsys, monkeypatch, arguments)
    assert code == 2, said
    assert words in said


def test_the_command_is_a_program() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout  # noqa: S603
    assert "usage: python -m benchmarks" in said


def test_only_lines_that_were_measured_change_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(PAGE)
    write_figures(
        "live", [("latency at 60 pings/s", "5 ms", "10 ms")], [("latency at 50 pings/s", "7 ms", "10 ms")], [path]
    )
    assert path.read_text() == PAGE.replace(
        "| latency at 50 pings/s | 7 ms | 10 ms |", "| latency at 60 pings/s | 5 ms | 10 ms |"
    )
    write_figures("live", [("pings a second", "120", "90"), ("searches", "1 ×", "2 ×")], [], [path])
    rows = [row for row in path.read_text().splitlines() if row.startswith("| ")][2:]
    assert rows == [
        "| pings a second | 120 | 90 |",
        "| searches | 1 × | 2 × |",
        "| latency at 60 pings/s | 5 ms | 10 ms |",
        "| memory | 8 KiB | 9 KiB |",
    ]
    assert path.read_text().endswith("<!-- end of live figures -->\n\nMore.\n")


def test_figures_of_another_suite_leave_the_page_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(PAGE)
    write_figures("payments", [("payments", "1 ×", "2 ×")], [], [path])
    assert path.read_text() == PAGE


def test_the_headlines_repeat_what_was_measured_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(PAGE.replace("live figures", "headline figures"))
    lines = [
        ("latency at 70 pings/s", "4 ms", "10 ms"),
        ("latency at 1,000 × 3", "9 ms", ""),
        ("pings an hour", "1", "2"),
        ("memory", "7 KiB", "9 KiB"),
    ]
    write_figures("live", lines, [], [readme])
    rows = [row for row in readme.read_text().splitlines() if row.startswith("| ")][2:]
    assert rows == [
        "| pings a second | 100 | 90 |",
        "| latency at 70 pings/s | 4 ms | 10 ms |",
        "| memory | 7 KiB | 9 KiB |",
    ]


def test_every_headline_of_the_readme_stands_among_the_figures() -> None:
    figures = (ROOT / "docs" / "benchmarks.md").read_text().splitlines()
    table = (ROOT / "README.md").read_text().partition("<!-- headline figures")[2].partition("<!-- end of headline")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][2:]
    assert len(rows) == 5
    assert [row for row in rows if row not in figures] == []


def _table(suite: str) -> list[str]:
    text = (ROOT / "docs" / "benchmarks.md").read_text()
    table = text.partition(f"<!-- {suite} figures")[2].partition(f"<!-- end of {suite}")[0]
    return [row for row in table.splitlines() if row.startswith("| ")][2:]


def test_the_tables_show_what_was_kept_last_and_nothing_that_was_measured_before() -> None:
    kept = json.loads((ROOT / "benchmarks" / "results" / "growth.json").read_text())
    grown = growth_lines([Measured(**one) for one in kept["gets"]], kept["orders"])
    assert _table("growth") == [f"| {' | '.join(line)} |" for line in grown]
    first = json.loads((ROOT / "benchmarks" / "results" / "pages.json").read_text())
    assert _table("pages") == [f"| {' | '.join(line)} |" for line in pages_lines(first)]


def test_another_page_that_is_slowest_is_the_same_figure(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(PAGE.replace("live figures", "pages figures"))
    for found in ({"/": 500.0, "/shop": 400.0}, {"/": 300.0, "/shop": 450.0}):
        write_figures("pages", pages_lines(found), [], [path])
    assert [row.partition(" | ")[2] for row in path.read_text().splitlines() if "first content" in row] == [
        "450 ms (`/shop`) | ≤ 1,000 ms |"
    ]
