"""Columns of one length in the order of a key: what is known of thousands without an object for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
Column = npt.NDArray[Any]


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
        return type(self)(self.keys[rows], {name: column[rows] for name, column in self.columns.items()})

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
