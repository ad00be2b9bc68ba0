"""Tables that wait for a job to take them: their files, and how far it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, Final

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC
from dispatch.database.engine import Database
from dispatch.errors import Conflict
from dispatch.imports import ImportRun, ImportState

IMPORT_JOB: Final = "imports"
MOST_WAITING: Final = 3
"""Tables of one person that wait or are taken at once."""
PART: Final = 256 << 10


class WaitingImport(CommonTableAttributes, AdvancedDeclarativeBase):
    """One that waits or is being taken; what has ended has no row."""

    __tablename__ = "waiting_imports"

    import_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), server_default=func.now())
    rows_done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    rows_total: Mapped[int | None] = mapped_column(Integer)
    """None until somebody has counted them."""


class ImportFilePart(CommonTableAttributes, AdvancedDeclarativeBase):
    """A part of its file, which goes with it."""

    __tablename__ = "import_file_parts"

    import_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("waiting_imports.import_id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


async def hand_in(session: AsyncSession, run: ImportRun, file: BinaryIO) -> ImportRun:
    """Let a table wait with its file; the same of the same person that waits already is that one. Raises Conflict."""
    turn = func.hashtextextended(f"tables of {run.user_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    waiting = select(ImportRun).where(ImportRun.user_id == run.user_id, ImportRun.state == ImportState.WAITING)
    known = (await session.scalars(waiting.order_by(ImportRun.id))).all()
    for one in known:
        if _same(one, run):
            return one
    if len(known) >= MOST_WAITING:
        words = f"{len(known)} of your tables wait already: hand this in once one of them has ended."
        raise Conflict(words, code="imports_waiting", limit=MOST_WAITING)
    run.state = ImportState.WAITING
    session.add(run)
    await session.flush()
    session.add(WaitingImport(import_id=run.id))
    await session.flush()
    file.seek(0)
    for place, content in enumerate(_parts(file)):
        session.add(ImportFilePart(import_id=run.id, place=place, content=content))
        await session.flush()
    await session.refresh(run)
    return run


def _same(one: ImportRun, other: ImportRun) -> bool:
    names = ("kind", "file_sha256", "dry_run", "skip_bad_rows")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _parts(file: BinaryIO) -> Iterable[bytes]:
    while content := file.read(PART):
        yield content


async def read_file(session: AsyncSession, import_id: int, file: BinaryIO) -> None:
    """Write the file of one that waits into ``file``, a part at a time."""
    place = 0
    part = select(ImportFilePart.content).where(ImportFilePart.import_id == import_id)
    while (content := await session.scalar(part.where(ImportFilePart.place == place))) is not None:
        file.write(content)
        place += 1


async def claim(session: AsyncSession, import_id: int) -> bool:
    """Until the end of the transaction nobody else takes it. False where somebody does, or it has ended."""
    turn = func.hashtextextended(f"import {import_id}", 0)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(turn))):
        return False
    return await session.scalar(select(ImportRun.state).where(ImportRun.id == import_id)) is ImportState.WAITING


async def to_be_filled(session: AsyncSession, import_id: int) -> ImportRun | None:
    """The row that says what came of it, held; None where another was first."""
    run = await session.get(ImportRun, import_id, with_for_update=True, populate_existing=True)
    return run if run is not None and run.state is ImportState.WAITING else None


async def end(session: AsyncSession, import_id: int) -> None:
    """Its file goes."""
    await session.execute(delete(WaitingImport).where(WaitingImport.import_id == import_id))


async def end_badly(database: Database, import_id: int, state: ImportState, why: str) -> None:
    """Nothing of it was written, and nobody tries it again."""
    async with database.work() as work:
        run = await to_be_filled(work.session, import_id)
        if run is not None:
            run.state, run.refusal = state, why[:1000]
        await end(work.session, import_id)


async def tell_progress(database: Database, import_id: int, done: int, total: int) -> None:
    """How far it is, for whoever asks."""
    async with database.work() as work:
        told = update(WaitingImport).where(WaitingImport.import_id == import_id)
        await work.session.execute(told.values(rows_done=done, rows_total=total))


async def progress_of(session: AsyncSession, import_ids: Iterable[int]) -> dict[int, WaitingImport]:
    """How far those are that have not ended."""
    found = select(WaitingImport).where(WaitingImport.import_id.in_(list(import_ids)))
    return {one.import_id: one for one in await session.scalars(found)}
