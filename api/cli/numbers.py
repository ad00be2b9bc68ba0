"""Numbers of the command line, read as people write them."""

from typing import Any

import click

from dispatch.plain_numbers import decimal_number, whole_number

MOST_WEIGHT = 1_000


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


class Weights(click.ParamType[Any]):
    """Weights of distance, rating, capacity and workload, with commas between."""

    name = "D,R,C,W"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """See click."""
        if not isinstance(value, str):
            return value
        try:
            distance, rating, capacity, workload = (decimal_number(weight) for weight in value.split(","))
        except ValueError:
            self.fail(
                f"{value!r} is not four numbers with commas between: of distance, rating, capacity and workload, "
                "such as 2,1,1,1.",
                param,
                ctx,
            )
        weights = distance, rating, capacity, workload
        if not all(0 <= weight <= MOST_WEIGHT for weight in weights) or not any(weights):
            self.fail(f"{value!r}: each weight is 0 to {MOST_WEIGHT}, and not all are 0.", param, ctx)
        return weights


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
