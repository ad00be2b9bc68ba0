"""A database of before: its orders say what they cost in all, and what was bought without an order becomes one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.carts.models import Cart
from dispatch.catalogue.models import Product, TaxClass
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from dispatch.orders.models import DeliveryInfo, Order, OrderEvent, OrderItem, OrderStatus, PaymentStatus
from dispatch.payments.models import PaymentMode, PaymentTransaction, PaymentTransactionItem, TransactionStatus
from dispatch.sales.models import Sale, SaleStatus

NAME = "sums_of_before"
BEFORE = "0007_incarnation"


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


def user(email: str) -> User:
    return User(email=email, email_key=email, password_hash="-", name=email, roles=["customer"])


def item(product: Product, quantity: int) -> OrderItem:
    return OrderItem(
        product_id=product.id,
        product_name=product.name,
        quantity=quantity,
        unit_price=product.listed_price,
        total_price=product.listed_price * quantity,
    )


async def test_old_orders_get_their_sums_and_old_purchases_their_orders(old: Database) -> None:
    now, transaction_id = datetime.now(UTC), uuid4()
    async with old.work() as work:
        buyer, seller = user("buyer@example.com"), user("seller@example.com")
        work.session.add_all([buyer, seller])
        await work.session.flush()
        price = {"listed_price": Decimal("333.33"), "stock": 9, "reserved": 0, "sold": 0, "is_active": True}
        taxed = Product(seller_id=seller.id, name="Jug", tax_class=TaxClass.STANDARD, images=[], **price)
        exempt = Product(seller_id=seller.id, name="Rice", tax_class=TaxClass.EXEMPT, images=[], **price)
        cart = Cart(user_id=buyer.id, generation=0)
        place = DeliveryInfo(customer_name="Sita", phone_number="9841234567", address="Thamel", city="Kathmandu")
        work.session.add_all([taxed, exempt, cart, place])
        await work.session.flush()
        waiting = Order(
            order_number="MP-1",
            customer_id=buyer.id,
            cart_id=cart.id,
            delivery_info_id=place.id,
            total_amount=Decimal("999.99"),
            tax_amount=Decimal(0),
            shipping_cost=Decimal(0),
            order_status=OrderStatus.PENDING,
            payment_status=PaymentStatus.PENDING,
            items=[item(taxed, 2), item(exempt, 1)],
        )
        sale = Sale(
            order_number="MS-1",
            buyer_id=buyer.id,
            buyer_name="Sita",
            seller_id=seller.id,
            product_id=taxed.id,
            product_name="Jug",
            quantity=1,
            unit_price=Decimal("333.33"),
            total_amount=Decimal("333.33"),
            payment_method="KHALTI",
            transaction_id=transaction_id,
            payment_status=PaymentStatus.PAID,
            status=SaleStatus.SHIPPED,
        )
        work.session.add_all([waiting, sale])
        await work.session.flush()
        paid = PaymentTransaction(
            transaction_id=transaction_id,
            order_number="PMT-1",
            user_id=buyer.id,
            cart_id=cart.id,
            purpose=f"cart:{cart.id}:0",
            gateway=PaymentMode.KHALTI,
            return_url="https://shop.example/",
            customer_name="Sita",
            customer_email=buyer.email,
            customer_phone="9841234567",
            subtotal=Decimal("333.33"),
            tax_amount=Decimal("43.33"),
            shipping_cost=Decimal("50.00"),
            total_amount=Decimal("426.66"),
            status=TransactionStatus.COMPLETED,
            holds_stock=False,
            expires_at=now,
            completed_at=now - timedelta(days=1),
        )
        work.session.add(paid)
        await work.session.flush()
        work.session.add(
            PaymentTransactionItem(
                payment_id=paid.id,
                product_id=taxed.id,
                seller_id=seller.id,
                seller_name="Seller",
                product_name="Jug",
                quantity=1,
                unit_price=Decimal("333.33"),
                total_amount=Decimal("333.33"),
                sale_id=sale.id,
            )
        )
    await migrate(old.engine, BEFORE)
    await migrate(old.engine)
    async with old.work() as work:
        orders = list(await work.session.scalars(select(Order).order_by(Order.id)))
        assert [str(order.sums.total_to_pay) for order in orders] == ["1186.66", "426.66"]
        assert (orders[0].tax_amount, orders[0].shipping_cost) == (Decimal("86.67"), Decimal("100.00"))
        made = orders[1]
        assert (made.order_status, made.payment_status) == (OrderStatus.SHIPPED, PaymentStatus.PAID)
        assert (await work.session.scalars(select(Sale.order_id))).all() == [made.id]
        assert (await work.session.scalars(select(PaymentTransaction.order_id))).all() == [made.id]
        items = await work.session.scalars(select(OrderItem.product_name).where(OrderItem.order_id == made.id))
        events = await work.session.scalars(select(OrderEvent.message).where(OrderEvent.order_id == made.id))
        assert (items.all(), events.all()) == (["Jug"], ["Payment confirmed"])
