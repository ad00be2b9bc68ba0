"""Numbers of the command line, read as people write them."""

from typing import Any

import click

from dispatch.plain_numbers import decimal_number, whole_number


class Whole(click.IntRange):
    """A whole number within bounds; `1_000` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """See click."""
        if isinstance(value, str):
            try:
                whole_number(value)
            except ValueError:
                self.fail(f"{value!r} is not a whole number.", param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A finite number within bounds; `1_000`, `nan` and `inf` are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """See click."""
        if isinstance(value, str):
            try:
                decimal_number(value)
            except ValueError:
                self.fail(f"{value!r} is not a number.", param, ctx)
        return super().convert(value, param, ctx)


class Box(click.ParamType[Any]):
    """West, south, east and north in degrees, with commas between."""

    name = "W,S,E,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """See click."""
        if not isinstance(value, str):
            return value
        try:
            west, south, east, north = (decimal_number(side) for side in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not four numbers with commas between, such as 85.2,27.6,85.5,27.8.", param, ctx)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004  # of the globe
            self.fail(f"{value!r} is no box: west comes before east and south before north, in degrees.", param, ctx)
        return west, south, east, north
