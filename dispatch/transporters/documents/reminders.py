"""Reminding transporters of documents that end: by mail, SMS and event, once at each of the days before."""

from dispatch.bikram_sambat import nepal_date
from dispatch.database.engine import Database
from dispatch.events.payloads.transporters import TransporterDocumentExpiring
from dispatch.events.recording import record_all
from dispatch.notifications.models import Channel
from dispatch.notifications.outbox import NewMessage, write_messages
from dispatch.ports import Clock

AT_ONCE = 200

# The nearest of the days before is told, so a server that was away tells the last of those that it missed, and none of
# the others. Whoever records holds the transporter's row; one that somebody holds now comes in the next round.
TELL = """
WITH due AS (
    SELECT t.id AS transporter_id, d.kind, d.expires_on, stage.days_before, u.email, u.name, u.language, t.phone
    FROM transporter_documents AS d
    JOIN transporters AS t ON t.id = d.transporter_id
    JOIN users AS u ON u.id = t.user_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN d.expires_on - $1::date <= 0 THEN 0 WHEN d.expires_on - $1::date <= 1 THEN 1
        WHEN d.expires_on - $1::date <= 7 THEN 7 ELSE 30 END::smallint AS days_before) AS stage
    WHERE d.expires_on BETWEEN $1::date AND $1::date + 30 AND d.verified_at IS NOT NULL
      AND u.is_active AND 'transporter' = ANY (u.roles)
      AND NOT EXISTS (
        SELECT FROM document_reminders AS r
        WHERE r.transporter_id = d.transporter_id AND r.kind = d.kind AND r.expires_on = d.expires_on
          AND r.days_before <= stage.days_before
      )
    ORDER BY t.id, d.kind LIMIT $2 FOR UPDATE OF t SKIP LOCKED
), told AS (
    INSERT INTO document_reminders (transporter_id, kind, expires_on, days_before, at)
    SELECT transporter_id, kind, expires_on, days_before, $3 FROM due
    ON CONFLICT DO NOTHING RETURNING transporter_id, kind, expires_on, days_before
)
SELECT due.* FROM due JOIN told USING (transporter_id, kind, expires_on, days_before) ORDER BY transporter_id, kind
"""
CHANNELS = ((Channel.MAIL, "email"), (Channel.SMS, "phone"))


async def remind_of_documents(database: Database, clock: Clock) -> None:
    """All whose day has come since the last round: 30, 7 and 1 days before the last day, and on it."""
    told = AT_ONCE
    while told == AT_ONCE:
        now = clock.now()
        async with database.transaction() as driver:
            rows = await driver.fetch(TELL, nepal_date(now), AT_ONCE, now)
            happened = [
                TransporterDocumentExpiring(
                    transporter_id=row["transporter_id"],
                    kind=row["kind"],
                    expires_on=row["expires_on"],
                    days_left=(row["expires_on"] - nepal_date(now)).days,
                )
                for row in rows
            ]
            await record_all(driver, happened, at=now)
            messages = [
                NewMessage(
                    f"document-end-{channel.value}:{row['transporter_id']}:{row['kind']}:{row['expires_on']}"
                    f":{row['days_before']}",
                    channel,
                    "document_expiring",
                    row[address],
                    {
                        "language": row["language"],
                        "name": row["name"],
                        "kind": row["kind"],
                        "expires_on": row["expires_on"].isoformat(),
                        "days_left": (row["expires_on"] - nepal_date(now)).days,
                    },
                )
                for row in rows
                for channel, address in CHANNELS
            ]
            await write_messages(driver, messages, now)
        told = len(rows)
