"""Statements that are written like any query and run like fixed ones: put together once, by the driver alone.

To put a query together and to make its rows instances costs as much as to run it, and what never changes need not pay
that each time.
"""

from functools import cached_property
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from dispatch.database.engine import DriverConnection


class FixedQuery:
    """A query with named parameters; its values come as the driver has them."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query

    async def fetch(self, driver: DriverConnection, **values: object) -> list[Any]:
        """Its rows. ``values``: of each parameter; those with a value of their own need none."""
        text, parameters = self._compiled
        return list(await driver.fetch(text, *[values.get(name, own) for name, own in parameters]))

    @cached_property
    def _compiled(self) -> tuple[str, list[tuple[str, Any]]]:
        """As text, and its parameters in order. Not before it is needed: then all models are known."""
        compiled = self._query.compile(dialect=dialect.dialect())  # type: ignore[no-untyped-call]
        own = compiled.params
        return str(compiled), [(name, own[name]) for name in compiled.positiontup or ()]
