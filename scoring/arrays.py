"""Checked, read-only columns: every array that enters the library passes through here."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def float_column(field: str, values: ArrayLike, size: int | None, low: float, high: float) -> Floats:
    """Read-only float64 copy of `values`, every entry finite and within [low, high].

    Raises
    ------
    InputError
        If the shape is not ``(size,)``, an entry is NaN or infinite, or lies outside the range.
    """
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(field, "must be an array of numbers") from None
    _check_shape(field, column, size)
    finite = np.isfinite(column)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InputError(field, f"row {row} is {column[row]}; every value must be finite")
    inside = (column >= low) & (column <= high)
    if not inside.all():
        row = int(np.argmin(inside))
        raise InputError(field, f"row {row} is {column[row]}, outside {low:g} to {high:g}")
    return _frozen(column)


def table(field: str, values: ArrayLike, size: int, width: int, high: float) -> Floats:
    """Read-only float64 copy of ``(size, width)`` values from 0 to `high`, of each row at least one above 0.

    Raises
    ------
    InputError
        If it is not such.
    """
    try:
        rows = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(field, "must be an array of numbers") from None
    if rows.shape != (size, width):
        raise InputError(field, f"has shape {rows.shape}, expected {(size, width)}")
    float_column(field, rows.ravel(), size * width, 0.0, high)
    if size and not (rows.sum(axis=1) > 0).all():
        raise InputError(field, f"row {int(np.argmin(rows.sum(axis=1)))} has nothing above 0")
    rows.flags.writeable = False
    return rows


def int_column(field: str, values: ArrayLike, size: int, low: int = -(2**63)) -> Ints:
    """Read-only int64 copy of `values`; whole numbers of at least `low`.

    Raises
    ------
    InputError
        If the shape is not ``(size,)``, or an entry is not a whole number or is below `low`.
    """
    column = np.asarray(values)
    if column.dtype.kind in "iub":
        _check_shape(field, column, size)
        whole = np.array(column, dtype=np.int64)
    else:
        floats = float_column(field, values, size, -(2.0**53), 2.0**53)
        whole = floats.astype(np.int64)
        if (whole != floats).any():
            row = int(np.argmax(whole != floats))
            raise InputError(field, f"row {row} is {floats[row]}, not a whole number")
    if whole.size and whole.min() < low:
        row = int(np.argmin(whole))
        raise InputError(field, f"row {row} is {whole[row]}, below {low}")
    return _frozen(whole)


def bool_column(field: str, values: ArrayLike, size: int) -> Bools:
    """Read-only boolean copy of `values`.

    Raises
    ------
    InputError
        If the shape is not ``(size,)`` or the entries are not booleans.
    """
    column = np.array(values)
    _check_shape(field, column, size)
    if column.dtype != np.bool_:
        if column.size:
            raise InputError(field, "must hold booleans")
        column = column.astype(np.bool_)
    return _frozen(column)


def _check_shape(field: str, column: NDArray[Any], size: int | None) -> None:
    if column.ndim != 1:
        raise InputError(field, f"must have one dimension, has {column.ndim}")
    if size is not None and column.size != size:
        raise InputError(field, f"has {column.size} rows, expected {size}")


def _frozen(column: NDArray[Any]) -> NDArray[Any]:
    column.flags.writeable = False
    return column
