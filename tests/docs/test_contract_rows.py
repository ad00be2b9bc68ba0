"""Each row of the contract names tests that are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = 24


def _rows() -> dict[int, str]:
    """Number → the last cell, which names the tests."""
    lines = (ROOT / "docs" / "contract.md").read_text().splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \d+ \|", line)]
    return {int(row[0]): row[-1] for row in cells}


def test_all_rows_are_there_and_each_names_a_test_or_that_of_the_row_above() -> None:
    rows = _rows()
    assert list(rows) == list(range(1, ROWS + 1))
    for number, shown_by in rows.items():
        assert "::test_" in shown_by or (shown_by == "the same" and number > 1), f"row {number}: {shown_by}"


def test_every_test_that_a_row_names_exists() -> None:
    lost = []
    for shown_by in _rows().values():
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown_by):
            path = ROOT / file
            tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
            names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            if test not in names:
                lost.append(f"{file}::{test}")
    assert lost == []
