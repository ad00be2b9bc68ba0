"""The two sides of the market and the parameters: checked on construction, immutable afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from math import isfinite
from types import MappingProxyType
from typing import Literal, Self

import numpy as np

from scoring.arrays import Bools, Floats, Ints, bool_column, float_column, int_column, table
from scoring.errors import InputError
from scoring.geometry import unit_vectors

Load = Literal["package", "sum"]

_TERMS = 4
_LEAST_M = 1e-3
_MOST = 1e12  # weights, seconds and money beyond it are mistakes, and would eat the digits of a sum


class _Columns:
    """What both sides share: columns of one length that are checked once and selected together."""

    _rows: int

    def __len__(self) -> int:
        return self._rows

    def _check(self, name: str, low: float, high: float) -> None:
        values = getattr(self, name)
        if values is not None:
            label = f"{type(self).__name__}.{name}"
            object.__setattr__(self, name, float_column(label, values, self._rows, low, high))

    def _check_whole(self, name: str, low: int) -> None:
        values = getattr(self, name)
        if values is not None:
            label = f"{type(self).__name__}.{name}"
            object.__setattr__(self, name, int_column(label, values, self._rows, low))

    def _check_flags(self, name: str) -> None:
        values = getattr(self, name)
        if values is not None:
            label = f"{type(self).__name__}.{name}"
            object.__setattr__(self, name, bool_column(label, values, self._rows))

    def take(self, rows: Ints) -> Self:
        """The given rows, in that order, as a new object."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{k: None if v is None else v[rows] for k, v in columns.items()})

    def canonical_order(self) -> Ints:
        """The row order that depends on what rows hold and not on where they stand; `key` leads."""
        columns = [getattr(self, f.name) for f in fields(self)]  # type: ignore[arg-type]
        present = [one for c in columns if c is not None for one in np.atleast_2d(c.T)]
        key = getattr(self, "key", None)
        return np.lexsort([*present[::-1], *([] if key is None else [key])]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Deliveries(_Columns):
    """N packages that wait for a transporter. Columns are anything numpy makes arrays of.

    Parameters
    ----------
    lat, lon
        (N,) pickup coordinates, degrees north and east.
    weight_kg
        (N,) package weights, at least 0.
    priority
        (N,) numbers, larger is more urgent: read by ``maximise="assignments"``, by the baselines and by
        the optional term ``priority``.
    located
        (N,) booleans. Where False the coordinates are ignored, the distance term is 0 for everybody and
        the radius does not apply.
    key
        (N,) whole numbers that tell equal rows apart (an identifier, say), so that ties are broken by
        what a row is and not by where it stands.
    deadline_s
        (N,) seconds left until the pickup is late, for the optional term ``lateness``.
    vehicle
        (N,) smallest vehicle class that suits, for the optional term ``vehicle_fit``.
    incumbent
        (N,) row of the transporter that holds the delivery now, -1 for none, for the optional term
        ``incumbent``.
    radius_m
        (N,) great-circle metres beyond which nobody is a candidate, in the place of ``Params.radius_m``.
    weights
        (N, 4) weights of distance, rating, capacity and workload, in the place of ``Params.weights``; of each row at
        least one above 0.

    Raises
    ------
    InputError
        Naming the column with a wrong length, a NaN or infinite entry or an impossible value.
    """

    lat: Floats
    lon: Floats
    weight_kg: Floats
    priority: Floats | None = None
    located: Bools | None = None
    key: Ints | None = field(default=None, kw_only=True)
    deadline_s: Floats | None = field(default=None, kw_only=True)
    vehicle: Ints | None = field(default=None, kw_only=True)
    incumbent: Ints | None = field(default=None, kw_only=True)
    radius_m: Floats | None = field(default=None, kw_only=True)
    weights: Floats | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        weight = float_column("Deliveries.weight_kg", self.weight_kg, None, 0.0, _MOST)
        object.__setattr__(self, "weight_kg", weight)
        object.__setattr__(self, "_rows", weight.size)
        self._check_flags("located")
        if self.located is not None:
            for name in ("lat", "lon"):
                column = np.array(getattr(self, name), dtype=np.float64)
                if column.shape == self.located.shape:
                    column[~self.located] = 0.0
                object.__setattr__(self, name, column)
        self._check("lat", -90.0, 90.0)
        self._check("lon", -180.0, 180.0)
        self._check("priority", -_MOST, _MOST)
        self._check("deadline_s", -_MOST, _MOST)
        for name in ("key", "vehicle"):
            self._check_whole(name, -(2**62))
        self._check_whole("incumbent", -1)
        self._check("radius_m", _LEAST_M, _MOST)
        if self.weights is not None:
            object.__setattr__(self, "weights", table("Deliveries.weights", self.weights, self._rows, _TERMS, _MOST))

    def with_incumbent(self, incumbent: Ints) -> Self:
        """The same deliveries with other incumbents."""
        return replace(self, incumbent=incumbent)

    @cached_property
    def vectors(self) -> Floats:
        """(3, N) unit vectors of the pickups."""
        return unit_vectors(self.lat, self.lon)


@dataclass(frozen=True, eq=False)
class Transporters(_Columns):
    """M people with vehicles. Columns are anything numpy makes arrays of.

    Parameters
    ----------
    lat, lon
        (M,) positions, degrees north and east.
    rating
        (M,) 0 to 5.
    free_capacity_kg
        (M,) what still fits on the vehicle, at least 0.
    active, max_active
        (M,) whole numbers of deliveries under way and allowed at once.
    available
        (M,) booleans; False bars the transporter from everything.
    most_new
        (M,) whole numbers of deliveries that a plan may give each, beside `max_active`; None for as many as
        there is room for. The workload term does not know of it.
    key
        (M,) whole numbers that tell equal rows apart, as for `Deliveries`.
    income
        (M,) earned so far, any one currency unit, for the optional term ``fairness``.
    speed_mps
        (M,) metres a second, above 0, for the optional term ``lateness``.
    vehicle
        (M,) vehicle class, larger carries more, for the optional term ``vehicle_fit``.

    Raises
    ------
    InputError
        Naming the column with a wrong length, a NaN or infinite entry or an impossible value.
    """

    lat: Floats
    lon: Floats
    rating: Floats
    free_capacity_kg: Floats
    active: Ints
    max_active: Ints
    available: Bools | None = None
    most_new: Ints | None = field(default=None, kw_only=True)
    key: Ints | None = field(default=None, kw_only=True)
    income: Floats | None = field(default=None, kw_only=True)
    speed_mps: Floats | None = field(default=None, kw_only=True)
    vehicle: Ints | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        rating = float_column("Transporters.rating", self.rating, None, 0.0, 5.0)
        object.__setattr__(self, "rating", rating)
        object.__setattr__(self, "_rows", rating.size)
        self._check("lat", -90.0, 90.0)
        self._check("lon", -180.0, 180.0)
        self._check("free_capacity_kg", 0.0, _MOST)
        self._check_whole("active", 0)
        self._check_whole("max_active", 0)
        self._check_whole("most_new", 0)
        self._check_flags("available")
        for name in ("key", "vehicle"):
            self._check_whole(name, -(2**62))
        self._check("income", -_MOST, _MOST)
        self._check("speed_mps", 1e-3, _MOST)

    @cached_property
    def vectors(self) -> Floats:
        """(3, M) unit vectors of the positions."""
        return unit_vectors(self.lat, self.lon)

    @cached_property
    def spare_share(self) -> Floats:
        """(M,) share of the allowed deliveries that is not under way; below 0 over the limit."""
        return 1.0 - self.active / np.maximum(self.max_active, 1)

    @cached_property
    def full(self) -> Bools:
        """(M,) whether as many deliveries are under way as allowed."""
        return self.active >= self.max_active

    @cached_property
    def slots(self) -> Ints:
        """(M,) how many deliveries each may still take; 0 where not available."""
        free: Ints = np.maximum(self.max_active - self.active, 0)
        if self.available is not None:
            free[~self.available] = 0
        if self.most_new is not None:
            free = np.minimum(free, self.most_new)
        free.flags.writeable = False
        return free


@dataclass(frozen=True)
class Params:
    """How a pair is judged.

    Parameters
    ----------
    weights
        Of distance, rating, capacity and workload; at least 0, not all 0. Only their ratios count: a
        score is the weighted mean.
    radius_m
        Great-circle metres beyond which nobody is a candidate, above 0.
    load
        ``"package"``: each package fits alone. ``"sum"``: all packages given to one transporter in a plan
        fit together.
    optional
        Weights of registered optional terms by name, beside the four above.

    Raises
    ------
    InputError
        Naming the parameter that is wrong.
    """

    weights: tuple[float, float, float, float] = (0.25, 0.25, 0.25, 0.25)
    radius_m: float = 20_000.0
    load: Load = "package"
    optional: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weights = tuple(float(w) for w in self.weights)
        if len(weights) != 4:  # noqa: PLR2004
            raise InputError("Params.weights", f"has {len(weights)} entries, expected 4")
        optional = {str(name): float(weight) for name, weight in self.optional.items()}
        named = {"Params.weights": weights, "Params.optional": tuple(optional.values())}
        for label, values in named.items():
            if any(not isfinite(w) or w < 0 or w > _MOST for w in values):
                raise InputError(label, f"must be finite and at least 0, is {values}")
        if sum(weights) + sum(optional.values()) <= 0:
            raise InputError("Params.weights", "must not all be 0")
        radius_m = float(self.radius_m)
        if not isfinite(radius_m) or radius_m <= 0:
            raise InputError("Params.radius_m", f"must be finite and above 0, is {radius_m}")
        if self.load not in ("package", "sum"):
            raise InputError("Params.load", f"must be 'package' or 'sum', is {self.load!r}")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "radius_m", radius_m)
        object.__setattr__(self, "optional", MappingProxyType(optional))

    @property
    def total_weight(self) -> float:
        """Sum of all weights, the divisor of the weighted mean."""
        return sum(self.weights) + sum(self.optional.values())
