"""Columns of one length in the order of a key: what is known of thousands without an object for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
Column = npt.NDArray[Any]


class _TakenColumns(Mapping[str, Column]):
    """Some rows of columns, each copied when it is first asked for: most who take rows read few columns."""

    __slots__ = ("_columns", "_rows", "_taken")

    def __init__(self, columns: Mapping[str, Column], rows: npt.NDArray[np.int64]) -> None:
        self._columns = columns
        self._rows = rows
        self._taken: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        taken = self._taken.get(name)
        if taken is None:
            taken = self._taken[name] = self._columns[name][self._rows]
        return taken

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True, slots=True, eq=False)
class KeyedColumns:
    """Rows by an ascending key. Nothing changes in place: whoever holds one may read it in a thread."""

    keys: Keys
    columns: Mapping[str, Column]

    @classmethod
    def empty(cls, kinds: Mapping[str, Any]) -> Self:
        """No rows, of the given numpy types by name."""
        return cls(np.zeros(0, dtype=np.int64), {name: np.zeros(0, dtype=kind) for name, kind in kinds.items()})

    def __len__(self) -> int:
        return int(self.keys.size)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def with_rows(self, keys: Keys, columns: Mapping[str, Column]) -> Self:
        """The same with some rows new or replaced; of two with one key the later counts."""
        if not keys.size:
            return self
        at, known = self.places_of(keys)
        if known.all():
            columns_now = {name: _replaced(column, at, columns[name]) for name, column in self.columns.items()}
            return type(self)(self.keys, columns_now)
        together = np.concatenate([self.keys, keys])
        order = np.argsort(together, kind="stable")  # rows of one key keep their order, so the newest is the last
        ordered = together[order]
        newest = order[np.append(ordered[1:] != ordered[:-1], True)]
        return type(self)(
            together[newest],
            {name: np.concatenate([column, columns[name]])[newest] for name, column in self.columns.items()},
        )

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Some rows, by ascending numbers or by a mask."""
        numbers = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        if numbers.size == len(self):
            return self
        return type(self)(self.keys[numbers], _TakenColumns(self.columns, numbers))

    def places_of(self, keys: Keys) -> tuple[Keys, npt.NDArray[np.bool_]]:
        """The row of each key and whether there is one; the row of one that is missing means nothing."""
        if not len(self):
            return np.zeros(keys.size, dtype=np.int64), np.zeros(keys.size, dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return at, self.keys[at] == keys

    def find(self, key: int) -> int | None:
        """The row of a key."""
        at = int(np.searchsorted(self.keys, key))
        return at if at < len(self) and int(self.keys[at]) == key else None


def _replaced(column: Column, at: Keys, values: Column) -> Column:
    """The column with other values in some rows, of two for one row the later; the same where nothing differs."""
    if (column[at] == values).all():
        return column
    column = column.copy()
    column[at] = values
    return column
