"""Sales of products whose weight is known, and deliveries that do not say theirs."""

from typing import Any

from tests.support.world import Bought, World, delivery_body, ok


def without_weight(sale_id: int, **more: Any) -> dict[str, Any]:
    """The contract's delivery without its weight."""
    return {name: value for name, value in delivery_body(sale_id, **more).items() if name != "package_weight"}


async def weighed(world: World, weight_kg: float | None, quantity: int = 2) -> Bought:
    """A sale of so many of a product that weighs so much."""
    bought = await world.bought(quantity=quantity)
    ok(await bought.seller.patch(f"/api/v1/marketplace/products/{bought.product_id}/", {"weight_kg": weight_kg}))
    return bought
