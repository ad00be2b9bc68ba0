"""The lives of deliveries, orders and sales: their tables, what draws them, and that nothing goes past them."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from api.cli.lifecycles import PARTS, with_lives
from dispatch.assignments.sets import WRITE
from dispatch.deliveries.life import LIFE as DELIVERY
from dispatch.deliveries.life import DeliveryAct
from dispatch.deliveries.models import ABOARD, DeliveryStatus
from dispatch.lifecycles import IllegalMove, Lifecycle
from dispatch.orders.life import LIFE as ORDER
from dispatch.orders.life import OrderAct
from dispatch.sales.life import LIFE as SALE

ROOT = Path(__file__).parents[2]
MOVERS = {"dispatch/deliveries/life.py", "dispatch/sales/life.py"}


@pytest.mark.parametrize("name", PARTS)
def test_the_docs_draw_the_lives_that_the_code_has(name: str) -> None:
    page = (ROOT / "docs" / name).read_text()
    assert with_lives(name, page) == page, "older than the tables: .venv/bin/python -m api.cli.lifecycles"


@pytest.mark.parametrize("life", [DELIVERY, ORDER, SALE], ids=lambda life: life.what)
def test_every_status_is_reached_and_every_act_has_one_outcome(life: Lifecycle[Any]) -> None:
    statuses = set(type(life.first[0]).__members__.values())
    reached = set(life.first)
    for _ in statuses:
        reached |= {target for source, target in life.changes() if source in reached}
    assert reached == statuses
    outcomes = [(move.act, source) for move in life.moves for source in move.sources]
    assert len(outcomes) == len(set(outcomes))


def test_an_act_that_the_table_does_not_have_is_refused() -> None:
    refused = 0
    for act, status in product(DeliveryAct, DeliveryStatus):
        if DELIVERY.allows(act, status):
            assert isinstance(DELIVERY.after(act, status), DeliveryStatus)
            continue
        with pytest.raises(IllegalMove, match=re.escape(f"that is {status.value} does not allow {act.value}")):
            DELIVERY.after(act, status)
        refused += 1
    assert refused


def test_what_is_aboard_is_what_can_be_handed_on() -> None:
    assert DELIVERY.sources(DeliveryAct.TRANSFER) == ABOARD


def test_many_are_given_by_a_statement_as_the_table_gives_one() -> None:
    source, target = re.search(r"d\.status = '(\w+)'", WRITE), re.search(r"SET status = '(\w+)'", WRITE)
    assert source
    assert target
    assert DELIVERY.after(DeliveryAct.ASSIGN, DeliveryStatus(source[1])).value == target[1]


def test_a_payment_confirms_an_order_as_the_table_does() -> None:
    assert {ORDER.after(OrderAct.PAY, status).value for status in ORDER.sources(OrderAct.PAY)} == {"confirmed"}


def test_no_code_moves_a_delivery_or_a_sale_past_its_table() -> None:
    written = re.compile(r"\b(?:delivery|sale|parcel)\.status = ")
    past = [
        str(path.relative_to(ROOT))
        for folder in ("dispatch", "api", "realtime")
        for path in (ROOT / folder).rglob("*.py")
        if written.search(path.read_text())
    ]
    assert set(past) == MOVERS
