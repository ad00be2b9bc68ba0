"""Tables that were imported, and the names by which others know what came of them: found, given and made up."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, UniqueConstraint, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityBase, reference, text_enum

OF_THE_HOUSE: Final = 0
NAME_LOCKS: Final = 64
Name = tuple[int, str]
"""Owner and name."""


class ImportKind(StrEnum):
    """What the rows of a table are."""

    PRODUCTS = "products"
    TRANSPORTERS = "transporters"
    DELIVERIES = "deliveries"


class ImportState(StrEnum):
    """How a table stands that was handed in."""

    WAITING = "waiting"
    """It waits, or is being taken."""
    DONE = "done"
    REFUSED = "refused"
    """It is no such table."""
    FAILED = "failed"
    """Not for anything in it, and time after time."""


class ImportRun(IdentityBase):
    """One table that somebody handed in, and what came of it; ``user_id`` is None for an operator's."""

    __tablename__ = "import_runs"
    __table_args__ = (
        Index("ix_import_runs_user_id", "user_id", "id"),
        Index("ix_import_runs_waiting", "user_id", postgresql_where=text("state = 'waiting'")),
    )

    at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), server_default=func.now())
    kind: Mapped[ImportKind] = mapped_column(text_enum(ImportKind))
    user_id: Mapped[int | None] = mapped_column(reference("users.id"))
    file_sha256: Mapped[str] = mapped_column(String(64))
    dry_run: Mapped[bool] = mapped_column(Boolean)
    skip_bad_rows: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    applied: Mapped[bool] = mapped_column(Boolean)
    """Whether anything of it was written."""
    state: Mapped[ImportState] = mapped_column(
        text_enum(ImportState), default=ImportState.DONE, server_default=ImportState.DONE.value
    )
    refusal: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """Why it is refused, or failed."""
    file_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """As whoever handed it in calls it."""
    columns: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    """Those that it had."""
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    """Rows that were right, with what became of each; the first of them where they are many."""
    rows: Mapped[int] = mapped_column(Integer)
    made: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    bad: Mapped[int] = mapped_column(Integer)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Row, column and what fits; the first of them where they are many."""


class ExternalName(IdentityBase):
    """The name that a thing has elsewhere, by which a table that comes again finds it.

    ``owner_id``: the seller whose name it is, 0 where names are those of the whole house.
    """

    __tablename__ = "external_names"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", "name", name="uq_external_names_name"),
        UniqueConstraint("kind", "thing_id", name="uq_external_names_thing"),
    )

    kind: Mapped[ImportKind] = mapped_column(text_enum(ImportKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    thing_id: Mapped[int] = mapped_column(BigInteger)


async def hold_names(session: AsyncSession, kind: ImportKind, owner_ids: Collection[int]) -> None:
    """Until the end of the transaction nobody else gives names of these owners, in whichever process it runs.

    Owners share ``NAME_LOCKS``: one for each of thousands would leave all others of the database without any.
    """
    for turn in sorted({owner_id % NAME_LOCKS for owner_id in owner_ids}):
        name = func.hashtextextended(f"names of {kind.value}, {turn}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(name)))


async def things_named(session: AsyncSession, kind: ImportKind, names: Collection[Name]) -> dict[Name, int]:
    """The numbers of the things that have these names already."""
    if not names:
        return {}
    both = tuple_(ExternalName.owner_id, ExternalName.name)
    query = select(ExternalName.owner_id, ExternalName.name, ExternalName.thing_id)
    found = await session.execute(query.where(ExternalName.kind == kind, both.in_(list(names))))
    return {(owner_id, name): thing_id for owner_id, name, thing_id in found}


async def name_things(session: AsyncSession, kind: ImportKind, things: Mapping[Name, int]) -> None:
    """Give names to things that were made."""
    if things:
        rows = [
            {"kind": kind, "owner_id": owner_id, "name": name, "thing_id": thing_id}
            for (owner_id, name), thing_id in things.items()
        ]
        await session.execute(insert(ExternalName), rows)


async def names_of(session: AsyncSession, kind: ImportKind, things: Iterable[tuple[int, int]]) -> dict[int, str]:
    """The names of things (owner and number); who has none gets one that nothing else has anywhere."""
    wanted = list(things)
    if not wanted:
        return {}
    rows = [
        {"kind": kind, "owner_id": owner_id, "name": str(uuid4()), "thing_id": thing_id}
        for owner_id, thing_id in wanted
    ]
    await session.execute(upsert(ExternalName).values(rows).on_conflict_do_nothing())
    query = select(ExternalName.thing_id, ExternalName.name)
    numbers = [thing_id for _, thing_id in wanted]
    found = await session.execute(query.where(ExternalName.kind == kind, ExternalName.thing_id.in_(numbers)))
    return dict(found.tuples().all())
