"""What is exported is read again as it was, in every column, whatever people wrote there."""

import asyncio
import csv
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from api.adapters.sheets.reading import read_rows
from api.adapters.sheets.writing import writer_for
from api.http.field_checks import Given
from api.routes.deliveries.deliveries import DeliveryOfSale
from api.routes.imports.deliveries import PROOFS
from api.routes.imports.fields import body_of, columns_of
from api.routes.imports.services import BY_COMMAND
from api.routes.imports.tables import ROWS, row_cells, table_columns
from dispatch.accounts.models import User
from dispatch.catalogue.categories import CategoryPaths
from dispatch.catalogue.models import Product, TaxClass
from dispatch.deliveries.models import Delivery, Priority
from dispatch.deliveries.proving import columns_of as proof_columns
from dispatch.imports import ImportKind
from dispatch.proofs.kinds import FITS, End, ProofKind, in_order
from dispatch.proofs.required import Required
from dispatch.text import one_line, several_lines
from dispatch.transporters.models import Transporter
from tests.imports.handing_in import HandIn
from tests.support.world import World, ok

FEW = settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""What fails is told as it was found: each example writes a file, so making it smaller takes minutes."""
NO_CATEGORIES = CategoryPaths([])
SIGNS = st.sampled_from("=+-@\t'\",;|\n०१चि_xX09 .") | st.characters(categories=["L", "M", "N", "P", "S", "Zs"])
EVERYTHING = Required({end: frozenset(kinds) for end, kinds in FITS.items()}, 21)
"""What a seller's deliveries usually require, over which a table's word stands."""


def kept(clean: Callable[[str], str], otherwise: str = "") -> st.SearchStrategy[str]:
    """A text as it is kept; ``otherwise`` where nothing is left of it."""
    texts = st.text(SIGNS, max_size=12) | st.sampled_from(["_x0041_", "=1+1", "'=1", "none", "007", "1e5", "TRUE"])
    return texts.map(lambda text: clean(text)[:30] or otherwise).map(str.strip)


lines, needed, several = kept(one_line), kept(one_line, "x"), kept(several_lines)
phones = st.sampled_from(["+977-9841111111", "+977-14234567"])
amounts = st.decimals(0, Decimal("9999999999.99"), places=2)
weights = st.decimals(Decimal("0.001"), 100_000, places=3)
moments = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
points = st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def proofs(end: End) -> st.SearchStrategy[list[str]]:
    return st.frozensets(st.sampled_from(sorted(FITS[end]))).map(lambda kinds: [one.value for one in in_order(kinds)])


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    known: dict[str, Any] = {}
    for end in ("pickup", "delivery"):
        point = draw(points)
        known |= {
            f"{end}_address": draw(needed),
            f"{end}_lat": point and point[0],
            f"{end}_lon": point and point[1],
            f"{end}_contact_name": draw(needed),
            f"{end}_contact_phone": draw(phones),
            f"{end}_instructions": draw(several),
        }
    wanted, arrival = sorted([draw(moments), draw(moments)])
    drop_off = draw(proofs(End.DROP_OFF))
    return Delivery(
        **known,
        sale_id=draw(st.integers(1, 2**53)),
        package_weight=draw(weights),
        package_dimensions=draw(lines),
        package_value=draw(amounts),
        fragile=draw(st.booleans()),
        requires_signature=draw(st.booleans()) or ProofKind.SIGNATURE in drop_off,
        pickup_proof=draw(proofs(End.PICKUP)),
        drop_off_proof=drop_off,
        return_proof=draw(proofs(End.RETURN)),
        age_minimum=draw(st.integers(1, 120)) if ProofKind.AGE in drop_off else None,
        label=draw(st.none() | needed),
        special_instructions=draw(several),
        priority=draw(st.sampled_from(Priority)),
        delivery_fee=draw(amounts),
        requested_pickup_date=wanted,
        requested_delivery_date=arrival,
        ready_at=draw(st.none() | moments),
    )


transporters = st.builds(
    Transporter,
    user=st.builds(User, email=st.just("ram@example.com"), name=needed),
    phone=phones,
    vehicle_type=st.sampled_from(["motorcycle", "truck"]),
    capacity_kg=weights,
    business_name=lines,
    vehicle_number=lines,
    max_active=st.integers(1, 100),
)
prices = st.tuples(amounts, amounts).map(sorted) | amounts.map(lambda listed: [None, listed])
images = st.lists(st.sampled_from(["/media/a.webp", "https://example.com/a,b;c.png"]), max_size=3)


@st.composite
def products(draw: st.DrawFn) -> Product:
    discounted, listed = draw(prices)
    return Product(
        seller=User(email="shop@example.com"),
        name=draw(needed),
        listed_price=listed,
        discounted_price=discounted,
        stock=draw(st.integers(0, 10**9)),
        description=draw(several),
        weight_kg=draw(st.none() | weights),
        tax_class=draw(st.sampled_from(TaxClass)),
        images=draw(images),
        is_active=draw(st.booleans()),
    )


def again(kind: ImportKind, ending: str, thing: object, external_id: str) -> Any:
    """The row that an import reads of what was exported."""

    async def nothing_more(_: Given) -> None:
        return None

    names = table_columns(kind)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{ending}"
        table = writer_for(path)
        table.add(names)
        table.add(row_cells(thing, names, external_id, NO_CATEGORIES))
        table.close()
        with path.open("rb") as file:
            first, row = read_rows(file, BY_COMMAND)
    found = asyncio.run(body_of(row, columns_of(first, ROWS[kind]), ROWS[kind], nothing_more))
    assert not isinstance(found, list), found
    return found


def test_every_field_of_a_deliverys_body_is_a_column_and_proof_is_four() -> None:
    fields = set(DeliveryOfSale.__struct_fields__)
    assert set(table_columns(ImportKind.DELIVERIES)) == fields - {"proof"} | set(PROOFS) | {"external_id"}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@FEW
@given(thing=deliveries(), external_id=needed)
def test_a_delivery_comes_again_with_all_of_its_columns(ending: str, thing: Delivery, external_id: str) -> None:
    row = again(ImportKind.DELIVERIES, ending, thing, external_id)
    known = row.details()
    proof = proof_columns(known.pop("proof").over(EVERYTHING))
    assert known.pop("external_id") == external_id
    assert row.marketplace_sale_id == thing.sale_id
    read = known | proof | {"requires_signature": row.requires_signature or proof.get("requires_signature", False)}
    assert read == {name: getattr(thing, name) for name in read}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@FEW
@given(thing=transporters, external_id=needed)
def test_a_transporter_comes_again_with_all_of_its_columns(ending: str, thing: Transporter, external_id: str) -> None:
    row = again(ImportKind.TRANSPORTERS, ending, thing, external_id)
    assert row.external_id == external_id
    own = {"email", "name"}
    for name in set(table_columns(ImportKind.TRANSPORTERS)) - {"external_id", "capacity_kg"}:
        assert getattr(row, name) == getattr(thing.user if name in own else thing, name), name
    assert Decimal(str(row.capacity_kg)) == thing.capacity_kg


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@FEW
@given(thing=products(), external_id=needed)
def test_a_product_comes_again_with_all_of_its_columns(ending: str, thing: Product, external_id: str) -> None:
    row = again(ImportKind.PRODUCTS, ending, thing, external_id)
    assert (row.external_id, row.seller) == (external_id, thing.seller.email)
    for name in set(table_columns(ImportKind.PRODUCTS)) - {"external_id", "seller", "category", "weight_kg"}:
        assert getattr(row, name) == getattr(thing, name), name
    assert (None if row.weight_kg is None else Decimal(str(row.weight_kg))) == thing.weight_kg


async def test_deliveries_made_anew_from_their_table_require_what_they_did_whatever_is_usual_by_now(
    world: World, hand_in: HandIn
) -> None:
    """Also where nothing was required: an empty cell would leave it to what is usual."""
    admin, first, second = await world.admin(), await world.bought(), await world.bought()
    told = {"pickup": ["photo"], "drop_off": ["code", "age"], "return": [], "age_minimum": 20}
    made = await world.delivery(first, proof=told, label="Box 7")
    usual = {"pickup": ["barcode"], "drop_off": ["signature"], "return": ["photo"]}
    ok(await second.seller.patch("/api/sellers/me/proof/", usual))
    table = (await admin.get("/api/imports/deliveries/table/")).text
    [row] = [one for one in csv.DictReader(StringIO(table)) if one["marketplace_sale_id"] == str(first.sale_id)]
    row |= {"marketplace_sale_id": str(second.sale_id), "external_id": f"again {made['id']}"}
    rows = StringIO()
    writer = csv.DictWriter(rows, row)
    writer.writeheader()
    writer.writerow(row)
    again = ok(await hand_in(admin, "deliveries", rows.getvalue(), dry_run=False))
    assert (again["made"], again["problems"]) == (1, [])
    sale = ok(await second.seller.get(f"/api/marketplace/sales/{second.sale_id}/"))
    numbers = (made["id"], sale["delivery_id"])
    one, other = [ok(await admin.get(f"/api/deliveries/{number}/")) for number in numbers]
    assert {name: other["proof"][name] for name in told} == {name: one["proof"][name] for name in told} == told
