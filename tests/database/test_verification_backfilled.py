"""A database of before: who was verified stays so, and ratings go on from where they were."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import select, text

from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.clock import SystemClock
from dispatch.database.engine import Database
from dispatch.database.migrate import alembic_config, migrate
from dispatch.transporters.models import Transporter

NAME = "standing_of_before"
BEFORE = "0004_audit"


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


async def test_transporters_keep_their_verification_their_rating_and_their_earnings(old: Database) -> None:
    verified = {"verified_at": SystemClock().now(), "verified_version": 3, "papers_version": 3}
    async with old.work() as work:
        for number, more in enumerate((verified, {})):
            email = f"driver-{number}@example.com"
            user = User(email=email, email_key=email, password_hash="-", name="Driver", roles=["transporter"])
            work.session.add(user)
            await work.session.flush()
            driver = Transporter(
                user_id=user.id, phone="", vehicle_type="van", capacity_kg=Decimal(1), max_active=1, **more
            )
            driver.earned = Decimal("123456789012.50")
            work.session.add(driver)
            for rating in (5, 4, 4):
                driver.rating_sum, driver.rating_count = driver.rating_sum or 0, driver.rating_count or 0
                driver.change_ratings(None, rating)
    async with old.engine.connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), BEFORE))
        await connection.commit()
    await migrate(old.engine)
    async with old.work() as work:
        first, second = await work.session.scalars(select(Transporter).order_by(Transporter.id))
    assert (first.verified_at is not None, first.verified_version, first.papers_version) == (True, 1, 1)
    assert (second.verified_at, second.verified_version, second.papers_version) == (None, None, 1)
    for driver in (first, second):
        assert (driver.rating, driver.rating_sum, driver.rating_count) == (Decimal("4.333"), 13, 3)
        assert driver.earned == Decimal("9999999999.99"), "the most that the old column held"
        driver.change_ratings(4, 5)
        assert driver.rating == Decimal("4.667")
