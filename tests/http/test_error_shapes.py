"""Errors have the shape of the section that was called, also where none of its routes takes the request."""

import pytest
from litestar.testing import RequestFactory

from api.http.errors import dispatch_error
from dispatch.errors import Conflict
from tests.support.shapes import check, is_text
from tests.support.world import World

PAYMENTS = {"status": "error", "message": is_text, "error_code": is_text}
ASSIGNMENT = {"success": False, "error": is_text, "suggestions": lambda value: value == [], "code": is_text}
ELSE = {"detail": is_text, "code": is_text}


@pytest.mark.parametrize(
    ("method", "path", "status", "shape"),
    [
        ("GET", "/api/v1/payments/nothing/here/", 404, PAYMENTS),
        ("DELETE", "/api/v1/payments/initiate/", 405, PAYMENTS),
        ("POST", "/api/v1/payments/refunds/1/approve/", 401, PAYMENTS),
        ("GET", "/api/auto-assign/", 405, ASSIGNMENT),
        ("POST", "/api/auto-assign/", 401, ASSIGNMENT),
        ("POST", "/api/deliveries/bulk-operations/", 401, ELSE),
        ("GET", "/api/v1/paymentsandmore/", 404, ELSE),
        ("GET", "/api/v1/marketplace/orders/my-orders/", 401, ELSE),
    ],
)
async def test_an_error_has_the_shape_of_the_section_that_was_called(
    world: World, method: str, path: str, status: int, shape: dict[str, object]
) -> None:
    reply = await world.http.request(method, path)
    assert reply.status_code == status
    check(reply.json(), shape)
    assert ("detail" in reply.json()) is (shape is ELSE)


def test_what_else_is_told_of_an_error_may_have_any_name_and_never_stands_in_place_of_its_own_keys() -> None:
    extra = {"status": "assigned", "headers": 1, "fields": 2, "request": 3, "detail": "another", "code": "another"}
    error = Conflict("Somebody has it.", code="taken")
    error.extra |= extra
    request = RequestFactory().get("/api/deliveries/1/")
    reply = dispatch_error(request, error)
    assert reply.status_code == 409
    told = {"status": "assigned", "headers": 1, "fields": 2, "request": 3}
    assert reply.content == told | {"detail": "Somebody has it.", "code": "taken"}
