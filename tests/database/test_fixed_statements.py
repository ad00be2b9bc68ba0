"""Fixed statements pass by the models' defaults, so what they write is held against the models' columns here."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Table

import dispatch
from dispatch.tables import metadata

INSERT = re.compile(r"INSERT INTO (?P<table>\w+)(?: AS \w+)?\s*\((?P<columns>[^)]*)\)")
SQL = re.compile(r"\bSELECT\b|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE \w+( \w+)? SET\b|\bFOR UPDATE\b")
SOURCES = Path(dispatch.__file__).parent


class Insert(NamedTuple):
    """An INSERT of a fixed statement."""

    constant: str
    table: str
    columns: frozenset[str]


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages([str(SOURCES)], "dispatch."):
        if "migrations" not in found.name:
            yield found.name


def all_inserts() -> list[Insert]:
    """Of all constants of all modules; one that others import is one."""
    statements: dict[str, str] = {}
    for name in modules():
        module = importlib.import_module(name)
        for constant, value in vars(module).items():
            if constant.isupper() and isinstance(value, str) and "INSERT INTO" in value:
                statements.setdefault(value, constant)
    return [
        Insert(constant, match["table"], frozenset(column.strip() for column in match["columns"].split(",")))
        for value, constant in statements.items()
        for match in INSERT.finditer(_own(value, statements))
    ]


def _own(value: str, others: Iterable[str]) -> str:
    """Without what it was put together from, which is looked at as a constant of its own."""
    for other in others:
        if other != value:
            value = value.replace(other, "")
    return value


def must_be_written(table: Table) -> set[str]:
    """What the database itself neither leaves empty nor fills in; a model's own ``default`` is of no use here."""
    return {column.name for column in table.columns if not column.nullable and column.server_default is None}


INSERTS = all_inserts()


@pytest.mark.parametrize("insert", INSERTS, ids=lambda insert: f"{insert.constant} into {insert.table}")
def test_an_insert_writes_every_column_that_may_not_be_null(insert: Insert) -> None:
    table = metadata.tables[insert.table]
    assert must_be_written(table) - insert.columns == set(), f"{insert.constant} leaves these to nobody"
    assert insert.columns - set(table.columns.keys()) == set(), f"{insert.constant} names columns that are not there"


def test_every_insert_that_stands_in_a_source_is_held_against_its_table() -> None:
    written = [
        (path.name, line)
        for path in SOURCES.rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text().splitlines()
        if re.match(r".*\bINSERT INTO \w", line)
    ]
    assert len(INSERTS) == len(written) > 0, written


def test_all_statements_of_payments_stand_in_the_file_of_their_room() -> None:
    elsewhere = [
        f"{path.relative_to(SOURCES)}:{node.lineno}"
        for path in (SOURCES / "payments").rglob("*.py")
        if path.name != "statements.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    ]
    assert elsewhere == []
