"""What only a route can say of a field: checks that need settings, the database or time, beside those of a body's type.

A body that fits is checked by its route. Of one that does not fit, the route's checks are asked here about the fields
that do, so that a weak password is named beside a wrong phone number and not after it was mended.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from litestar import Request

from api.http.bodies import CONTENT
from dispatch.errors import DispatchError, Invalid

Given = Mapping[str, Any]
"""The fields of a body that fit, as the route would get them; of bodies within, mappings of those of theirs."""
FieldCheck = Callable[[Request[Any, Any, Any], Given], Awaitable[object]]
"""Raises Invalid that names fields. Any field may be missing: it was not sent, or does not fit."""

CHECKS: Final = "field_checks"


def also_checked(*checks: FieldCheck) -> dict[str, Any]:
    """For ``opt=``: what else the route says of its body's fields."""
    return {CHECKS: checks}


def was_sent(request: Request[Any, Any, Any], name: str) -> bool:
    """Whether the body has such a field, fit or not."""
    content = request.scope.get("state", {}).get(CONTENT)
    return isinstance(content, dict) and name in content


async def further_problems(
    request: Request[Any, Any, Any], checks: Sequence[FieldCheck], given: Given
) -> dict[str, str]:
    """What the route's own checks say of the fields of a body that is wrong elsewhere; nothing where it has none."""
    found: dict[str, str] = {}
    if not isinstance(request.scope.get("state", {}).get(CONTENT), dict):
        return found
    for check in checks:
        try:
            await check(request, given)
        except Invalid as error:
            found |= error.fields
        except DispatchError:  # not allowed, not there, not now: nothing that is wrong with a field
            continue
    return found
