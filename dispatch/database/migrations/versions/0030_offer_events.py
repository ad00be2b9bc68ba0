"""Offers that end are events in the transaction that ends them, and end with their transporter's duty.

Both are triggers, because offers end in many ways: answered, run out, with the delivery, with the search. Whoever takes
the duty or the verification of a transporter holds its row; offers that somebody else holds at that moment are left to
the next round of their search, so that nobody waits in a circle.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0030_offer_events"
down_revision: str | None = "0029_shifts_noted"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DATA = """
    CASE o.status WHEN 'accepted' THEN 'offer.accepted' WHEN 'declined' THEN 'offer.declined'
                  WHEN 'expired' THEN 'offer.expired' ELSE 'offer.withdrawn' END,
    'delivery:' || d.id, o.ended_at,
    jsonb_build_object('delivery_id', d.id, 'delivery_uuid', d.delivery_id, 'tracking_number', d.tracking_number,
                       'offer_id', o.id, 'search_id', o.search_id, 'transporter_id', o.transporter_id)
    || CASE o.status WHEN 'accepted' THEN '{}' WHEN 'expired' THEN '{}'
                     WHEN 'declined' THEN jsonb_build_object('reason', coalesce(o.decline_reason, 'other'))
                     ELSE jsonb_build_object('reason', coalesce(o.end_reason, 'search_ended')) END
"""
RECORD_END = """
CREATE FUNCTION record_offer_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events (type, subject, at, data)
  SELECT {DATA} FROM (SELECT NEW.*) AS o JOIN deliveries AS d ON d.id = o.delivery_id;
  RETURN NULL;
END $$
"""
ON_END = """
CREATE TRIGGER record_offer_end AFTER UPDATE ON offers FOR EACH ROW
WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
EXECUTE FUNCTION record_offer_end()
"""
END_WITH_DUTY = """
CREATE FUNCTION end_offers_with_duty() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
BEGIN
  UPDATE offers SET ended_at = moment, tell_at = moment,
    status = CASE WHEN deadline <= moment THEN 'expired' ELSE 'withdrawn' END,
    end_reason = CASE WHEN deadline <= moment THEN NULL ELSE 'off_duty' END
  WHERE id IN (
    SELECT id FROM offers WHERE transporter_id = NEW.id AND status IN ('queued', 'open') FOR UPDATE SKIP LOCKED
  );
  RETURN NULL;
END $$
"""
ON_DUTY_LOST = """
CREATE TRIGGER end_offers_with_duty AFTER UPDATE ON transporters FOR EACH ROW
WHEN (OLD.is_available AND OLD.verified_at IS NOT NULL AND (NOT NEW.is_available OR NEW.verified_at IS NULL))
EXECUTE FUNCTION end_offers_with_duty()
"""
# Until now they were recorded when the transporter's app was told.
NOT_RECORDED = """
INSERT INTO events (type, subject, at, data)
SELECT {DATA} FROM offers AS o JOIN deliveries AS d ON d.id = o.delivery_id
WHERE o.ended_at IS NOT NULL AND o.tell_at IS NOT NULL ORDER BY o.ended_at, o.id
"""


def upgrade() -> None:
    op.execute(NOT_RECORDED.replace("{DATA}", DATA))
    for statement in (RECORD_END.replace("{DATA}", DATA), ON_END, END_WITH_DUTY, ON_DUTY_LOST):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER end_offers_with_duty ON transporters")
    op.execute("DROP FUNCTION end_offers_with_duty()")
    op.execute("DROP TRIGGER record_offer_end ON offers")
    op.execute("DROP FUNCTION record_offer_end()")
