"""Commands about the streets under the maps of the pages."""

from pathlib import Path

import click

from api.cli.group import Group
from api.cli.numbers import Box
from api.cli.running import read_settings


@click.group(cls=Group)
def basemap() -> None:
    """The streets under the maps of the pages."""


@basemap.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--box", type=Box(), help="Degrees; only what lies within is taken.")
@click.option("--name", help="How the file is called. Default: as FILE is.")
def basemap_import(file: Path, box: tuple[float, float, float, float] | None, name: str | None) -> None:
    """Make the map of a city or country from an OpenStreetMap file, such as an .osm.pbf of an extract.

    It becomes one file in the data folder; nothing is loaded from elsewhere, and a running server shows it at once.
    Until it is whole, the map of before stays.
    """
    from api.cli.basemap import import_city

    import_city(read_settings(), file, box, name)


@basemap.command("show")
def basemap_show() -> None:
    """Say which map is imported."""
    from api.cli.basemap import show_city

    show_city(read_settings())
