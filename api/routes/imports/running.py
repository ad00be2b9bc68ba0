"""A table is taken as a whole: every row is looked at and tried, then all of it stands or nothing.

A dry run is the same with nothing left of it, so what it says is what would happen. Rows go in portions, so a table of
any length needs the memory of one; where what they change must be held before, the file is read twice.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec

from api.adapters.sheets.reading import read_rows
from api.adapters.sheets.rows import FileLimits, Row, UnreadableFile
from api.routes.imports.fields import Columns, RowProblem, body_of, columns_of, told
from api.routes.imports.importers import Importer, Outcome
from dispatch.audit.service import Actor, record
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import DispatchError, Unavailable
from dispatch.imports import ImportKind, ImportRun, ImportState, Name
from dispatch.waiting_imports import claim, end, to_be_filled

PORTION: Final = 200
AT_ONCE: Final = 20
MOST_TOLD: Final = 500
"""Problems that are kept with a run; all are counted, and a command prints all."""

MakeImporter = Callable[[Work], Importer[Any]]
LONGEST_NAME: Final = 200

Heard = Callable[[RowProblem], object]
Progress = Callable[[int], object]


class TakenElsewhere(Exception):
    """Another process takes the table that waited, or has."""


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that is wrong, as it calls itself: told to whoever hands the table in, and kept nowhere."""

    row: int
    external_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Wish:
    """How a table is taken. ``skip_bad_rows``: the others stand where some are wrong.

    ``named`` hears what the wrong rows call themselves whose problems are kept.
    """

    dry_run: bool
    skip_bad_rows: bool = False
    file_name: str = ""
    heard: Heard = lambda _: None
    progress: Progress = lambda _: None
    named: Callable[[WrongRow], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class RowTold:
    """A row that is right: its number in the file, the name by which it is known, what a person calls it.

    ``columns``: of one that is changed, what is otherwise now.
    """

    row: int
    external_id: str
    title: str
    outcome: Outcome
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Result:
    """What came of a table so far."""

    rows: int = 0
    bad: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    problems: list[RowProblem] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    moved: list[RowTold] = field(default_factory=list)
    same: list[RowTold] = field(default_factory=list)

    def take(self, told: RowTold) -> None:
        """A row is right; of those that change nothing only as many are told as the others leave room for."""
        self.outcomes[told.outcome] += 1
        kept = self.same if told.outcome is Outcome.UNCHANGED else self.moved
        if len(kept) < MOST_TOLD:
            kept.append(told)

    @property
    def told(self) -> list[RowTold]:
        """What became of rows that are right, in their order."""
        return sorted((self.moved + self.same)[:MOST_TOLD], key=lambda one: one.row)


async def run_import(
    database: Database,
    make: MakeImporter,
    file: BinaryIO,
    limits: FileLimits,
    actor: Actor,
    wish: Wish,
    *,
    waiting_id: int | None = None,
) -> ImportRun:
    """Take a table, and keep what came of it. Raises UnreadableFile for what is none; then nothing stands.

    ``waiting_id``: of the run that waits for it. Raises TakenElsewhere.
    """
    digest = await asyncio.to_thread(digest_of, file)
    result = Result()
    async with database.work() as work:
        if waiting_id is not None and not await claim(work.session, waiting_id):
            raise TakenElsewhere
        importer = make(work)
        await importer.look_ahead(_bodies_ahead(importer, read_rows(file, limits)))
        await _take_all(importer, work, read_rows(file, limits), result, wish)
        stands = not wish.dry_run and (wish.skip_bad_rows or not result.bad)
        if not stands:
            await work.rollback()
        run = await _to_fill(work, importer.kind, digest, actor, wish, waiting_id)
        _fill(run, result)
        run.applied = stands and bool(run.made or run.changed)
        await work.session.flush()
        await work.session.refresh(run)
        if run.applied:
            counts = {"kind": run.kind.value, "made": run.made, "changed": run.changed, "bad": run.bad}
            await record(work.session, actor, "table.imported", "import", run.id, counts)
    return run


async def _to_fill(
    work: Work, kind: ImportKind, digest: str, actor: Actor, wish: Wish, waiting_id: int | None
) -> ImportRun:
    if waiting_id is not None:
        waited = await to_be_filled(work.session, waiting_id)
        if waited is None:
            raise TakenElsewhere
        await end(work.session, waiting_id)
        return waited
    run = begun_run(kind, digest, actor.user_id, wish)
    work.session.add(run)
    return run


def begun_run(kind: ImportKind, digest: str, user_id: int | None, wish: Wish) -> ImportRun:
    """A run of which nobody knows yet what comes of it."""
    return ImportRun(
        kind=kind,
        user_id=user_id,
        file_sha256=digest,
        file_name=wish.file_name,
        dry_run=wish.dry_run,
        skip_bad_rows=wish.skip_bad_rows,
        applied=False,
        columns=[],
        told=[],
        problems=[],
        rows=0,
        made=0,
        changed=0,
        unchanged=0,
        bad=0,
    )


def _fill(run: ImportRun, result: Result) -> None:
    run.state, run.columns = ImportState.DONE, list(result.columns)
    run.told = [msgspec.to_builtins(one) for one in result.told]
    run.problems = [msgspec.to_builtins(problem) for problem in result.problems]
    run.rows, run.bad = result.rows, result.bad
    run.made, run.changed, run.unchanged = (result.outcomes[one] for one in Outcome)


async def _bodies_ahead(importer: Importer[Any], rows: Iterator[Row]) -> AsyncIterator[list[Any]]:
    """What is right of each portion, for whoever looks before any is taken."""
    columns = await _columns(importer, rows)
    while portion := await asyncio.to_thread(_portion, rows):
        yield [body for _, body in await _bodies(importer, columns, portion, lambda *_: None)]


async def _columns(importer: Importer[Any], rows: Iterator[Row]) -> Columns:
    first = await asyncio.to_thread(next, rows, None)
    if first is None:
        raise UnreadableFile("it is empty: the first row names the columns")
    columns = columns_of(first, importer.row)
    importer.columns = frozenset(columns.names)
    return columns


async def _take_all(importer: Importer[Any], work: Work, rows: Iterator[Row], result: Result, wish: Wish) -> None:
    columns = await _columns(importer, rows)
    result.columns = columns.names
    seen: dict[Name, int] = {}
    while portion := await asyncio.to_thread(_portion, rows):
        tell = partial(_tell, result, wish, importer.title_column)
        bodies = await _bodies(importer, columns, portion, tell)
        await importer.prepare([body for _, body in bodies])
        for row, body in bodies:
            problems = _repeated(importer, seen, row, body) or await _taken(importer, work, row, body, result)
            if problems:
                tell(row, problems)
        await importer.finish()
        result.rows += len(portion)
        wish.progress(result.rows)


async def _bodies(
    importer: Importer[Any], columns: Columns, portion: Sequence[Row], tell: Callable[[Row, list[RowProblem]], None]
) -> list[tuple[Row, Any]]:
    found = []
    for count, row in enumerate(portion):
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)  # whoever else waits for the loop has a turn
        body = await body_of(row, columns, importer.row, importer.check)
        if isinstance(body, list):
            tell(row, body)
        else:
            found.append((row, body))
    return found


def _repeated(importer: Importer[Any], seen: dict[Name, int], row: Row, body: Any) -> list[RowProblem]:  # noqa: ANN401
    name = importer.name_of(body)
    before = seen.setdefault(name, row.number)
    return [RowProblem(row.number, "external_id", f"stands in row {before} already")] if before != row.number else []


async def _taken(importer: Importer[Any], work: Work, row: Row, body: Any, result: Result) -> list[RowProblem]:  # noqa: ANN401
    try:
        async with work.session.begin_nested():
            taken = await importer.take(body)
    except Unavailable:
        raise
    except DispatchError as error:
        return [RowProblem(row.number, column, words) for column, words in told(error).items()]
    name = importer.name_of(body)[1]
    result.take(RowTold(row.number, name, importer.title_of(body), taken.outcome, taken.columns))
    return []


def _tell(result: Result, wish: Wish, title_column: str, row: Row, problems: list[RowProblem]) -> None:
    result.bad += 1
    if len(result.problems) < MOST_TOLD:
        cells = dict(zip(result.columns, row.cells, strict=False))
        own, title = (cells.get(name, "").strip()[:LONGEST_NAME] for name in ("external_id", title_column))
        wish.named(WrongRow(row.number, own, title))
    result.problems += problems[: max(0, MOST_TOLD - len(result.problems))]
    for problem in problems:
        wish.heard(problem)


def _portion(rows: Iterator[Row]) -> list[Row]:
    return list(islice(rows, PORTION))


def digest_of(file: BinaryIO) -> str:
    """Of all of a file."""
    file.seek(0)
    found = hashlib.sha256()
    while content := file.read(1 << 20):
        found.update(content)
    return found.hexdigest()
