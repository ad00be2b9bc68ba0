"""What came of a table."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict

from api.routes.imports.importers import Outcome
from dispatch.imports import ImportKind, ImportRun, ImportState
from dispatch.waiting_imports import WaitingImport


class ProblemAnswer(Struct, frozen=True):
    """What is wrong with a row, by its number in the file and its column; empty where it is the row as a whole."""

    row: int
    column: str
    detail: str


class ToldAnswer(Struct, frozen=True):
    """A row that is right: its number in the file, its own name, what it is called, what becomes of it.

    ``columns``: of one that is changed, what is otherwise.
    """

    row: int
    external_id: str
    title: str
    outcome: Outcome
    columns: list[str] = []


class WrongAnswer(Struct, frozen=True):
    """What a row that is wrong calls itself: its number in the file, its own name, what it is; or nothing."""

    row: int
    external_id: str
    title: str


class ImportProgress(Struct, frozen=True):
    """Rows that are done; ``of``: how many there are, null until they are counted."""

    rows: int
    of: int | None


class ImportAnswer(Struct, frozen=True, kw_only=True):
    """``applied``: whether it was written. Of a dry run, the counts say what would happen.

    ``state``: ``waiting`` while it waits or is taken, with its ``progress``; ``done``; ``refused`` where it is no such
    table, ``failed`` where the server could not take it: ``refusal`` says why.
    ``bad``: rows that are wrong; ``problems`` has what is, the first 500. ``columns``: those that the table has.
    """

    id: int
    at: datetime
    kind: ImportKind
    file_name: str
    columns: list[str]
    dry_run: bool
    skip_bad_rows: bool
    state: ImportState
    refusal: str
    progress: ImportProgress | None
    applied: bool
    rows: int
    made: int
    changed: int
    unchanged: int
    bad: int
    file_sha256: str
    problems: list[ProblemAnswer]


class ImportDetails(ImportAnswer, frozen=True, kw_only=True):
    """The same with rows that are right, the first 500: those that are new or changed before those that are not."""

    told: list[ToldAnswer]


class TakenImport(ImportDetails, frozen=True, kw_only=True):
    """The same to whoever hands the table in, with what the wrong rows of ``problems`` call themselves: not kept."""

    wrong: list[WrongAnswer]


def import_details(run: ImportRun, waiting: WaitingImport | None = None) -> ImportDetails:
    """A run whole; ``waiting``: how far it is, where it has not ended."""
    told = [ToldAnswer(**one) for one in run.told]
    return ImportDetails(**asdict(import_answer(run, waiting)), told=told)


def import_answer(run: ImportRun, waiting: WaitingImport | None = None) -> ImportAnswer:
    """A run as its owner sees it."""
    return ImportAnswer(
        id=run.id,
        at=run.at,
        kind=run.kind,
        file_name=run.file_name,
        columns=list(run.columns),
        dry_run=run.dry_run,
        skip_bad_rows=run.skip_bad_rows,
        state=run.state,
        refusal=run.refusal,
        progress=None if waiting is None else ImportProgress(waiting.rows_done, waiting.rows_total),
        applied=run.applied,
        rows=run.rows,
        made=run.made,
        changed=run.changed,
        unchanged=run.unchanged,
        bad=run.bad,
        file_sha256=run.file_sha256,
        problems=[ProblemAnswer(**problem) for problem in run.problems],
    )
