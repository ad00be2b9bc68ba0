"""Ids in paths, taken at their word: one thing has one address, so ``1_0``, ``+10`` and ``١٠`` are not its id."""

from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from dispatch.errors import NotFound


async def check_path_numbers(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard. The framework reads numbers of paths as Python does. Raises NotFound for what people call no number.

    It awaits nothing, yet is async: a plain function would be run in a thread of its own for every request.
    """
    parts = connection.scope["path"].strip("/").split("/")
    names = str(connection.scope.get("path_template") or "").strip("/").split("/")
    for name, part in zip(names, parts, strict=False):
        value = connection.path_params.get(name.strip("{}").partition(":")[0]) if name.startswith("{") else None
        if isinstance(value, int) and str(value) != part:
            raise NotFound("There is no such thing: an id in the path cannot be one.")


def uuid_of(text: str) -> UUID | None:
    """The UUID that is written so, with its dashes; None for anything else that Python takes for one."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
