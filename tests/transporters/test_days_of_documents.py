"""A document's last day ends at midnight in Nepal, as the days of earnings and ratings do."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import dispatch
from dispatch.assignments.document_expiry import DocumentExpiry
from dispatch.bikram_sambat import NEPAL_TIME, nepal_date
from dispatch.transporters.documents.reminders import remind_of_documents
from tests.support.world import World, ok

ROOT = Path(dispatch.__file__).parents[1]
ROOMS = ("dispatch", "api", "realtime")
UNSEEN = ("dispatch/tracking/partitions.py", "dispatch/database/migrations/")
"""Tables are divided by days of UTC, which nobody sees."""


@dataclass
class StoppedClock:
    """A clock that shows one moment."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def test_what_was_given_goes_back_after_the_last_day_in_nepal_and_not_by_the_day_of_utc(world: World) -> None:
    last = nepal_date(datetime.now(UTC)) + timedelta(days=2)
    papers = [{"kind": "licence", "number": "1", "expires_on": last.isoformat()}]
    driver, delivery = await world.driver(documents=papers), await world.delivery()
    path = f"/api/deliveries/{delivery['id']}/"
    ok(await driver.post(f"{path}accept/"))
    services, evening = world.server.services, datetime.combine(last, time(23, 55), NEPAL_TIME)
    night = evening + timedelta(minutes=15)
    assert evening.astimezone(UTC).date() == night.astimezone(UTC).date() == last, "one day by UTC"
    admin = await world.admin()
    for moment, status in ((evening, "assigned"), (night, "available")):
        clock = StoppedClock(moment.astimezone(UTC))
        await DocumentExpiry(services.database, clock, services.publisher).run()
        assert ok(await admin.get(path))["status"] == status


async def test_a_reminder_counts_the_days_of_nepal(world: World) -> None:
    last = nepal_date(datetime.now(UTC)) + timedelta(days=100)
    papers = [{"kind": "licence", "number": "1", "expires_on": last.isoformat()}]
    driver = await world.driver(documents=papers)
    services = world.server.services
    day_before = datetime.combine(last - timedelta(days=1), time(0, 10), NEPAL_TIME).astimezone(UTC)
    assert day_before.date() == last - timedelta(days=2), "by UTC it is another day"
    await remind_of_documents(services.database, StoppedClock(day_before))
    async with services.database.connection() as connection:
        told = await connection.fetch(
            "SELECT content->>'days_left' AS days FROM outbox_messages WHERE template = 'document_expiring'"
            " AND recipient = $1",
            driver.email,
        )
    assert [int(row["days"]) for row in told] == [1]


def test_no_day_that_people_see_is_that_of_utc() -> None:
    by_utc = re.compile(r"\bnow(\(\w*\))?\.date\(\)|date\.today\(\)|timezone\(UTC\)\.date\(\)")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if by_utc.search(line) and not str(file.relative_to(ROOT)).startswith(UNSEEN)
    ]
    assert found == []
