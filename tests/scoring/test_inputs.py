"""What cannot be scored is refused by name."""

from typing import Any

import numpy as np
import pytest

from scoring import Deliveries, InputError, Params, rank, solve
from tests.scoring.markets import market, packages, people

ONE: dict[str, Any] = {"lat": [27.7], "lon": [85.3], "weight_kg": [1.0]}
WHO: dict[str, Any] = {
    "lat": [27.7],
    "lon": [85.3],
    "rating": [4.0],
    "free_capacity_kg": [9.0],
    "active": [0],
    "max_active": [2],
}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["lat", "lon", "weight_kg", "priority", "deadline_s"])
def test_a_delivery_that_is_not_finite_is_refused_by_its_column(column: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"^Deliveries\.{column}: row 0") as caught:
        packages(**{**ONE, column: [value]})
    assert caught.value.field == f"Deliveries.{column}"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "column", ["lat", "lon", "rating", "free_capacity_kg", "active", "max_active", "income", "speed_mps"]
)
def test_a_transporter_that_is_not_finite_is_refused_by_its_column(column: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"^Transporters\.{column}: row 0"):
        people(**{**WHO, column: [value]})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lat", [90.1]),
        ("lon", [-180.5]),
        ("weight_kg", [-1.0]),
        ("weight_kg", [[1.0]]),
        ("lat", [1.0, 2.0]),
        ("lat", ["x"]),
    ],
)
def test_impossible_deliveries_are_refused(column: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^Deliveries\.{column}"):
        packages(**{**ONE, column: value})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rating", [5.1]),
        ("rating", [-0.1]),
        ("free_capacity_kg", [-1.0]),
        ("active", [-1]),
        ("active", [0.5]),
        ("max_active", [-1]),
        ("speed_mps", [0.0]),
        ("available", [1]),
    ],
)
def test_impossible_transporters_are_refused(column: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^Transporters\.{column}"):
        people(**{**WHO, column: value})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("weights", (0.5, 0.5, 0.5)),
        ("weights", (-0.1, 0.5, 0.5, 0.1)),
        ("weights", (np.nan, 0.5, 0.5, 0.1)),
        ("weights", (0.0, 0.0, 0.0, 0.0)),
        ("radius_m", 0.0),
        ("radius_m", np.inf),
        ("load", "both"),
        ("optional", {"fairness": -1.0}),
    ],
)
def test_impossible_parameters_are_refused(argument: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^Params\.{argument}"):
        Params(**{argument: value})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("strategy", "best"),
        ("maximise", "profit"),
        ("time_limit_s", -1.0),
        ("time_limit_s", np.nan),
        ("memory_bytes", 0),
    ],
)
def test_impossible_arguments_of_solve_are_refused(argument: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"^{argument}"):
        solve(packages(**ONE), people(**WHO), **{argument: value})


def test_one_coordinate_without_the_other_is_refused() -> None:
    with pytest.raises(InputError, match=r"^Deliveries\.lon"):
        rank(27.7, None, 1.0, people(**WHO), Params())


def test_inputs_cannot_be_changed_afterwards() -> None:
    deliveries, transporters = market("clustered", 5, 5, seed=1)
    with pytest.raises(ValueError, match="read-only"):
        deliveries.lat[0] = 0.0
    with pytest.raises(AttributeError):
        transporters.rating = np.zeros(5)  # type: ignore[misc]


def test_the_callers_arrays_are_copied_and_stay_writeable() -> None:
    lat = np.array([27.7])
    deliveries = Deliveries(lat, np.array([85.3]), np.array([1.0]))
    lat[0] = 0.0
    assert deliveries.lat[0] == 27.7
