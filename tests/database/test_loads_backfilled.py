"""A database of before: what each transporter carries is reckoned from the deliveries that were there."""

from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.catalogue.models import Product, TaxClass
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.orders.models import PaymentStatus
from dispatch.sales.models import Sale, SaleStatus
from dispatch.transporters.models import Transporter

NAME = "loads_of_before"
BEFORE = "0014_keys_committed"
CARRIED = (
    (DeliveryStatus.ASSIGNED, 0, "1.250"),
    (DeliveryStatus.PICKED_UP, 0, "2.500"),
    (DeliveryStatus.IN_TRANSIT, 0, "0.001"),
    (DeliveryStatus.DELIVERED, 0, "50"),
    (DeliveryStatus.CANCELLED, None, "7"),
    (DeliveryStatus.AVAILABLE, None, "9"),
    (DeliveryStatus.ASSIGNED, 1, "3"),
)
"""Each delivery's status, whose it is and what it weighs, kg."""


@pytest.fixture
async def old(server: RunningServer) -> AsyncIterator[Database]:
    """A database of its own with the newest schema."""
    engine = server.services.database.engine
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(f"CREATE DATABASE {NAME}"))
    database = Database(engine.url.set(database=NAME).render_as_string(hide_password=False), pool_size=2)
    await migrate(database.engine)
    yield database
    await database.close()
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


def _user(email: str) -> User:
    return User(email=email, email_key=email, password_hash="-", name=email, roles=["customer"])


def _sale(number: int, people: list[User], product: Product) -> Sale:
    return Sale(
        order_number=f"MS-{number}",
        buyer_id=people[0].id,
        buyer_name="Sita",
        seller_id=people[1].id,
        product_id=product.id,
        product_name=product.name,
        quantity=1,
        unit_price=product.listed_price,
        total_amount=product.listed_price,
        payment_method="KHALTI",
        transaction_id=uuid4(),
        payment_status=PaymentStatus.PAID,
        status=SaleStatus.SHIPPED,
    )


async def _fill(database: Database) -> list[int]:
    """Three transporters, of whom two have deliveries; their ids."""
    async with database.work() as work:
        people = [_user(f"somebody-{number}@example.com") for number in range(5)]
        work.session.add_all(people)
        await work.session.flush()
        price = {"listed_price": Decimal(10), "stock": 9, "reserved": 0, "sold": 0, "is_active": True}
        product = Product(seller_id=people[1].id, name="Jug", tax_class=TaxClass.STANDARD, images=[], **price)
        drivers = [
            Transporter(user_id=one.id, phone="", vehicle_type="van", capacity_kg=Decimal(90), max_active=9)
            for one in people[2:]
        ]
        work.session.add_all([product, *drivers])
        await work.session.flush()
        sales = [_sale(number, people, product) for number in range(len(CARRIED))]
        work.session.add_all(sales)
        await work.session.flush()
        door = {f"{end}_{what}": "-" for end in ("pickup", "delivery") for what in ("address", "contact_name")}
        phones = {"pickup_contact_phone": "9841234567", "delivery_contact_phone": "9841234567"}
        for number, (status, whose, weight) in enumerate(CARRIED):
            work.session.add(
                Delivery(
                    delivery_id=uuid4(),
                    tracking_number=f"TRK{number}",
                    sale_id=sales[number].id,
                    package_weight=Decimal(weight),
                    package_value=Decimal(10),
                    delivery_fee=Decimal(100),
                    status=status,
                    transporter_id=None if whose is None else drivers[whose].id,
                    **door,
                    **phones,
                )
            )
        return [driver.id for driver in drivers]


async def _loads(database: Database) -> dict[int, tuple[int, Decimal]]:
    async with database.work() as work:
        query = select(Transporter.id, Transporter.active_count, Transporter.carried_kg)
        return {row[0]: (row[1], row[2]) for row in await work.session.execute(query)}


async def test_transporters_of_a_filled_database_carry_what_its_deliveries_say_and_what_changes_later_counts_from_there(
    old: Database,
) -> None:
    first, second, third = await _fill(old)
    await migrate(old.engine, BEFORE)
    await migrate(old.engine)
    expected = {first: (3, Decimal("3.751")), second: (1, Decimal(3)), third: (0, Decimal(0))}
    assert await _loads(old) == expected
    async with old.work() as work:
        await work.session.execute(
            text("UPDATE deliveries SET transporter_id = :to WHERE tracking_number = 'TRK0'"), {"to": second}
        )
        await work.session.execute(text("UPDATE deliveries SET status = 'delivered' WHERE tracking_number = 'TRK1'"))
    assert await _loads(old) == expected | {first: (1, Decimal("0.001")), second: (2, Decimal("4.250"))}
