"""``dispatch export``: what ``dispatch import`` reads, out of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.adapters.sheets.writing import writer_for
from api.cli.context import operating
from api.routes.imports.tables import rows_of, table_columns
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.imports import ImportKind
from dispatch.settings import Settings


def check_free(file: Path, *, replace: bool) -> None:
    """Raises CommandError for a name that is none of a table, and one that is taken."""
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise CommandError("FILE must end with .csv or .xlsx")
    if file.exists() and not replace:
        raise CommandError(f"{file} exists: --replace writes over it")


async def export_table(settings: Settings, kind: ImportKind, file: Path) -> None:
    """Write the file; what has no external id yet is given one, by which an import knows it again."""
    with _whole(file) as partial:
        table, count = writer_for(partial), 0
        async with operating(settings) as services, services.database.work() as work:
            table.add(table_columns(kind))
            async for rows in rows_of(work, kind):
                for row in rows:
                    table.add(row)
                count += len(rows)
        table.close()
    make_console().print(f"{count} {kind.value} in {file}.", markup=False, highlight=False)


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A name beside the file's, which becomes it once all is written."""
    partial = file.with_name(f".{file.stem}.partial{file.suffix}")
    try:
        yield partial
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
