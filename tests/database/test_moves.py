"""The database lets a status go the ways of its life, and no other."""

import re
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Update, text, update
from sqlalchemy.exc import IntegrityError

from dispatch.deliveries.life import LIFE as DELIVERY
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.lifecycles import Lifecycle
from dispatch.orders.life import LIFE as ORDER
from dispatch.sales.life import LIFE as SALE
from tests.support.world import World

TABLES = [(DELIVERY, "deliveries", "status"), (SALE, "sales", "status"), (ORDER, "orders", "order_status")]
WRITTEN = text(
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'refuse_moves' AND tgrelid = CAST(:of AS regclass)"
)
ANY_MOVE, AS_USUAL = (text(f"SET LOCAL dispatch.any_move = '{how}'") for how in ("on", "off"))


@pytest.mark.parametrize(("life", "table", "column"), TABLES, ids=lambda one: one if isinstance(one, str) else "")
async def test_the_database_knows_the_same_ways_as_the_table_of_a_life(
    world: World, life: Lifecycle[Any], table: str, column: str
) -> None:
    async with world.server.services.database.work() as work:
        written = str(await work.session.scalar(WRITTEN, {"of": table}))
    wanted = life.trigger(table, column)
    told = f"a migration has to drop refuse_moves on {table} and make it anew: {wanted}"
    assert set(re.findall(r"'([^']+)'", written)) == set(re.findall(r"'([^']+)'", wanted)), told


async def test_every_move_that_no_act_makes_is_refused_whoever_writes_it(world: World) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    legal, refused = set(DELIVERY.changes()), 0
    for source, target in product(DeliveryStatus, DeliveryStatus):
        before, after = (_move(delivery["id"], one, driver.transporter_id) for one in (source, target))
        async with world.server.services.database.work() as work:
            nested = await work.session.begin_nested()
            await work.session.execute(ANY_MOVE)
            await work.session.execute(before)
            await work.session.execute(AS_USUAL)
            if source is target or (source, target) in legal:
                await work.session.execute(after)
            else:
                with pytest.raises(IntegrityError, match=f"cannot go {source.value}>{target.value}"):
                    await work.session.execute(after)
                refused += 1
            await nested.rollback()
    assert refused == 30 - len(legal)


def _move(delivery_id: int, status: DeliveryStatus, transporter_id: int) -> Update:
    nobody = status in {DeliveryStatus.AVAILABLE, DeliveryStatus.CANCELLED}
    of_it = update(Delivery).where(Delivery.id == delivery_id)
    return of_it.values(status=status, transporter_id=None if nobody else transporter_id)
