"""Commands that take tables in and give them out."""

from pathlib import Path

import click

from api.cli.running import read_settings, run

KINDS = click.Choice(("products", "transporters", "deliveries"))
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seller", help="Products of this seller (an e-mail address); else the table has a column `seller`.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--skip-bad-rows", is_flag=True, help="Write the others. Default: where a row is wrong, nothing.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="A JSON object a line: each `problem` as it is found, then the counts; or why the file is `refused`.",
)
def import_table(
    kind: str, file: Path, seller: str | None, *, dry_run: bool, skip_bad_rows: bool, as_json: bool
) -> None:
    """Take a table of products, transporters or deliveries in: CSV (UTF-8) or XLSX.

    A row is known again by its `external_id`, so the same table may come any number of times. Ends with 0 where all
    rows are right, 1 where some are wrong, 2 where the file is no such table.
    """
    from api.cli.imports import import_table as take
    from dispatch.imports import ImportKind

    wanted = ImportKind(kind)
    if seller is not None and wanted is not ImportKind.PRODUCTS:
        raise click.UsageError("--seller goes with products only")
    run(take(read_settings(), wanted, file, seller=seller, dry_run=dry_run, skip=skip_bad_rows, as_json=as_json))


@click.command("export")
@click.argument("kind", type=KINDS)
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
def export_table(kind: str, file: Path, *, replace: bool) -> None:
    """Write all products, transporters or deliveries into FILE (.csv or .xlsx), as `dispatch import` reads it.

    No cell is a formula to a spreadsheet, whatever it begins with.
    """
    from api.cli.exports import check_free
    from api.cli.exports import export_table as write
    from dispatch.imports import ImportKind

    check_free(file, replace=replace)
    run(write(read_settings(), ImportKind(kind), file))
