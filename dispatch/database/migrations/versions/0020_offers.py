"""Searches, their offers, breaks and planned shifts.

The trigger ends a delivery's search and open offers in the transaction that gives or cancels the delivery, whoever
writes that. An accepted offer is written before the delivery, so that the others are known to be taken.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020_offers"
down_revision: str | None = "0019_webhooks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

END_OFFERS = """
CREATE FUNCTION end_offers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  taken boolean;
BEGIN
  UPDATE offer_searches SET ended_at = moment,
    status = CASE WHEN NEW.status = 'cancelled' THEN 'cancelled' ELSE 'assigned' END
  WHERE delivery_id = NEW.id AND status = 'searching';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  taken := EXISTS (
    SELECT FROM offers AS o JOIN offer_searches AS s ON s.id = o.search_id
    WHERE o.delivery_id = NEW.id AND o.status = 'accepted' AND s.ended_at = moment
  );
  UPDATE offers SET ended_at = moment, tell_at = moment,
    status = CASE WHEN deadline <= moment THEN 'expired'
                  WHEN NEW.status = 'cancelled' OR taken THEN 'withdrawn' ELSE 'voided' END,
    end_reason = CASE WHEN deadline <= moment THEN NULL
                      WHEN NEW.status = 'cancelled' THEN 'cancelled' WHEN taken THEN 'taken' ELSE 'assigned' END
  WHERE delivery_id = NEW.id AND status IN ('queued', 'open');
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER end_offers AFTER UPDATE ON deliveries FOR EACH ROW
WHEN (OLD.status = 'available' AND NEW.status <> 'available')
EXECUTE FUNCTION end_offers()
"""


def upgrade() -> None:
    op.create_table(
        "transporter_shifts",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("begins", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "begins >= 0 AND begins < ends AND ends <= 1440", name=op.f("ck_transporter_shifts_minutes_of_a_day")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_transporter_shifts_weekday_of_a_week")),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_transporter_shifts_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transporter_shifts")),
    )
    op.create_index(
        "ix_transporter_shifts_transporter_id",
        "transporter_shifts",
        ["transporter_id", "weekday", "begins"],
        unique=True,
    )
    op.create_table(
        "offer_searches",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "direct", "one", "waves", "all", name="offermode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "searching",
                "assigned",
                "exhausted",
                "cancelled",
                name="searchstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("deadline_s", sa.Integer(), nullable=False),
        sa.Column(
            "on_exhausted",
            sa.Enum("tell", "assign", name="exhausted", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ask_again", sa.Boolean(), nullable=False),
        sa.Column("wave", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_offer_searches_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["users.id"], name=op.f("fk_offer_searches_started_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_searches")),
    )
    op.create_index("ix_offer_searches_delivery_id", "offer_searches", ["delivery_id"], unique=False)
    op.create_index(
        "ix_offer_searches_next_at",
        "offer_searches",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("status = 'searching'"),
    )
    op.create_index(
        "ix_offer_searches_one",
        "offer_searches",
        ["delivery_id"],
        unique=True,
        postgresql_where=sa.text("status = 'searching'"),
    )
    op.create_table(
        "offers",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("search_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column("wave", sa.SmallInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "open",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                "voided",
                name="offerstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "too_far",
                "vehicle",
                "busy",
                "break",
                "address",
                "unsafe",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "end_reason",
            sa.Enum(
                "taken",
                "cancelled",
                "search_ended",
                "off_duty",
                "assigned",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("distance_km", sa.Double(), nullable=True),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (status IN ('queued', 'open'))", name=op.f("ck_offers_ended_when_answered")
        ),
        sa.CheckConstraint("opens_at < deadline", name=op.f("ck_offers_time_to_answer")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_offers_delivery_id_deliveries"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["search_id"], ["offer_searches.id"], name=op.f("fk_offers_search_id_offer_searches"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_offers_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_delivery_id", "offers", ["delivery_id"], unique=False)
    op.create_index(
        "ix_offers_ended",
        "offers",
        ["transporter_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("ix_offers_once", "offers", ["search_id", "transporter_id"], unique=True)
    op.create_index(
        "ix_offers_one_accepted", "offers", ["search_id"], unique=True, postgresql_where=sa.text("status = 'accepted'")
    )
    op.create_index(
        "ix_offers_tell_at", "offers", ["tell_at"], unique=False, postgresql_where=sa.text("tell_at IS NOT NULL")
    )
    op.create_index(
        "ix_offers_unanswered",
        "offers",
        ["transporter_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'open')"),
    )
    op.add_column("transporters", sa.Column("break_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "transporters", sa.Column("unanswered", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        "ix_transporters_break_until",
        "transporters",
        ["break_until"],
        unique=False,
        postgresql_where=sa.text("break_until IS NOT NULL"),
    )
    op.create_check_constraint("break_is_no_duty", "transporters", "break_until IS NULL OR NOT is_available")
    op.execute(END_OFFERS)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER end_offers ON deliveries")
    op.execute("DROP FUNCTION end_offers()")
    op.drop_constraint("break_is_no_duty", "transporters", type_="check")
    op.drop_index(
        "ix_transporters_break_until", table_name="transporters", postgresql_where=sa.text("break_until IS NOT NULL")
    )
    op.drop_column("transporters", "unanswered")
    op.drop_column("transporters", "break_until")
    op.drop_index("ix_offers_unanswered", table_name="offers", postgresql_where=sa.text("status IN ('queued', 'open')"))
    op.drop_index("ix_offers_tell_at", table_name="offers", postgresql_where=sa.text("tell_at IS NOT NULL"))
    op.drop_index("ix_offers_one_accepted", table_name="offers", postgresql_where=sa.text("status = 'accepted'"))
    op.drop_index("ix_offers_once", table_name="offers")
    op.drop_index("ix_offers_ended", table_name="offers", postgresql_where=sa.text("ended_at IS NOT NULL"))
    op.drop_index("ix_offers_delivery_id", table_name="offers")
    op.drop_table("offers")
    op.drop_index(
        "ix_offer_searches_one", table_name="offer_searches", postgresql_where=sa.text("status = 'searching'")
    )
    op.drop_index(
        "ix_offer_searches_next_at", table_name="offer_searches", postgresql_where=sa.text("status = 'searching'")
    )
    op.drop_index("ix_offer_searches_delivery_id", table_name="offer_searches")
    op.drop_table("offer_searches")
    op.drop_index("ix_transporter_shifts_transporter_id", table_name="transporter_shifts")
    op.drop_table("transporter_shifts")
