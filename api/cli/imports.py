"""``dispatch import``: a table's file into the database."""

from pathlib import Path

import click
import msgspec
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from api.adapters.sheets.rows import UnreadableFile
from api.cli.context import operating
from api.cli.running import EXIT_UNUSABLE
from api.routes.imports.answers import import_answer
from api.routes.imports.fields import RowProblem
from api.routes.imports.running import Wish, run_import
from api.routes.imports.services import BY_COMMAND
from api.server.services import Services
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.accounts.models import Role, User
from dispatch.accounts.service import find_by_email
from dispatch.audit.service import OPERATOR
from dispatch.imports import ImportKind, ImportRun
from dispatch.settings import Settings

ROWS_ARE_WRONG = 1


async def import_table(
    settings: Settings, kind: ImportKind, file: Path, *, seller: str | None, dry_run: bool, skip: bool, as_json: bool
) -> int:
    """Take the file; the exit code says whether any row was wrong."""
    console, errors = make_console(), make_console(stderr=True)

    def told(problem: RowProblem) -> None:
        if as_json:
            click.echo(msgspec.json.encode({"problem": problem}).decode())
            return
        where = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
        errors.print(f"{where}: {problem.detail}", markup=False, highlight=False, soft_wrap=True)

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} rows"), TimeElapsedColumn())
    hidden = as_json or not errors.is_terminal
    async with operating(settings) as services:
        owner = None if seller is None else await _seller(services, seller)
        make = services.imports.maker(kind, None, seller=owner)
        with Progress(*columns, console=errors, transient=True, disable=hidden) as progress, file.open("rb") as content:
            task = progress.add_task(f"Reading {file.name}", total=None)
            wish = Wish(dry_run, skip, file.name[:200], told, lambda rows: progress.update(task, completed=rows))
            try:
                run = await run_import(services.database, make, content, BY_COMMAND, OPERATOR, wish)
            except UnreadableFile as refused:
                if not as_json:
                    raise
                click.echo(msgspec.json.encode({"refused": refused.fields["file"]}).decode())
                return EXIT_UNUSABLE
        answer = import_answer(run)
    if as_json:
        found = {name: value for name, value in msgspec.to_builtins(answer).items() if name != "problems"}
        click.echo(msgspec.json.encode(found).decode())
    else:
        console.print(_words(run), markup=False, highlight=False)
    return ROWS_ARE_WRONG if run.bad else 0


def _words(run: ImportRun) -> str:
    counts = f"{run.made} new, {run.changed} changed, {run.unchanged} as they were, {run.bad} wrong"
    if run.dry_run:
        return f"Dry run of {run.rows} rows: {counts}. Nothing was written."
    if run.bad and not run.applied:
        return f"Nothing of {run.rows} rows was written ({counts}): mend them, or skip them with --skip-bad-rows."
    return f"Import {run.id}: {run.rows} rows, {counts}."


async def _seller(services: Services, email: str) -> User:
    async with services.database.work() as work:
        user = await find_by_email(work.session, email)
    if user is None or not user.has(Role.SELLER):
        raise CommandError("--seller must be the e-mail address of a seller")
    return user
