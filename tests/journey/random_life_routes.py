"""Which routes move goods, money or parcels, which of them random lives ask, and why they leave out the others."""

import re
from collections.abc import Iterable

from tests.support.access_table import read_table

SECTIONS = frozenset({"Shop", "Payments", "Sales", "Deliveries", "Offers", "Assignments"})
ELSEWHERE = frozenset(
    {
        "POST /api/v1/auth/delete",
        "POST /api/v1/users/{user_id}/close",
        "POST /api/v1/users/{user_id}/reopen",
        "POST /api/transporters/me/duty",
        "POST /api/transporters/me/positions",
        "POST /api/transporters/{transporter_id}/relieve",
        "POST /api/uploads",
        "PATCH /api/uploads/{upload_id}",
        "DELETE /api/uploads/{upload_id}",
    }
)
LEFT_OUT = {
    "POST /api/v1/marketplace/categories": "sorts goods and moves none",
    "PATCH /api/v1/marketplace/categories/{category_id}": "sorts goods and moves none",
    "DELETE /api/v1/marketplace/categories/{category_id}": "sorts goods and moves none",
    "POST /api/v1/marketplace/products": "each life begins with what is on sale",
    "POST /api/v1/marketplace/products/{product_id}/images": "shows goods and moves none",
    "POST /api/v1/marketplace/carts/{cart_id}/delivery-estimate": "says what delivery would cost and moves nothing",
    "POST /api/v1/payments/webhook": "settles as the callback does, once its signature is checked",
    "PATCH /api/sellers/{seller_id}/proof": "an admin's way to what sellers choose themselves",
}


def moving_routes() -> set[str]:
    """Every route of the table that changes something of goods, money or parcels."""
    rows = {name: row for name, row in read_table().items() if row.method not in {"GET", "WS"}}
    return {name for name, row in rows.items() if row.section in SECTIONS or name in ELSEWHERE}


def routes_of(asked: Iterable[str]) -> set[str]:
    """The moving routes that were asked, by what was asked: ``POST /api/deliveries/7/pickup/``."""
    names = sorted(moving_routes(), key=lambda name: name.count("{"))  # what is said in so many words comes first
    patterns = {name: re.compile(re.sub(r"\{\w+\}", "[^/]+", name) + "/?") for name in names}
    found = (next((name for name, pattern in patterns.items() if pattern.fullmatch(one)), None) for one in asked)
    return {name for name in found if name is not None}
