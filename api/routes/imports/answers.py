"""What came of a table."""

from datetime import datetime

from msgspec import Struct

from dispatch.imports import ImportKind, ImportRun


class ProblemAnswer(Struct, frozen=True):
    """What is wrong with a row, by its number in the file and its column; empty where it is the row as a whole."""

    row: int
    column: str
    detail: str


class ImportAnswer(Struct, frozen=True, kw_only=True):
    """``applied``: whether it was written. Of a dry run, the counts say what would happen.

    ``bad``: rows that are wrong; ``problems`` has what is, the first 500.
    """

    id: int
    at: datetime
    kind: ImportKind
    dry_run: bool
    applied: bool
    rows: int
    made: int
    changed: int
    unchanged: int
    bad: int
    file_sha256: str
    problems: list[ProblemAnswer]


def import_answer(run: ImportRun) -> ImportAnswer:
    """A run as its owner sees it."""
    return ImportAnswer(
        id=run.id,
        at=run.at,
        kind=run.kind,
        dry_run=run.dry_run,
        applied=run.applied,
        rows=run.rows,
        made=run.made,
        changed=run.changed,
        unchanged=run.unchanged,
        bad=run.bad,
        file_sha256=run.file_sha256,
        problems=[ProblemAnswer(**problem) for problem in run.problems],
    )
