"""Positions by day, devices with tokens, arrivals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002_pings"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHUNK = 4096
SCHEMA = "fixes_by_day"
# As whoever makes partitions while a server runs.
ADVISORY_LOCK = 7_274_002
COLUMNS = (
    "transporter_id, recorded_at, device, epoch, seq, lat, lon, received_at, "
    "accuracy_m, speed_mps, heading_deg, battery, flags"
)


def upgrade() -> None:
    _partition_the_fixes()
    op.create_table(
        "transporter_devices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_transporter_devices_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transporter_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_transporter_devices_token_hash")),
    )
    op.create_index(op.f("ix_transporter_devices_transporter_id"), "transporter_devices", ["transporter_id"])
    op.create_table(
        "delivery_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "arrived_at_pickup",
                "left_pickup",
                "arrived_at_dropoff",
                "left_dropoff",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("visit", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_events_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_events")),
        sa.UniqueConstraint("delivery_id", "kind", "visit", name=op.f("uq_delivery_events_delivery_id")),
    )
    op.create_table(
        "delivery_journeys",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_journeys_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_journeys")),
    )


def _partition_the_fixes() -> None:
    op.execute("ALTER TABLE stored_fixes RENAME TO stored_fixes_whole")
    op.execute("ALTER INDEX pk_stored_fixes RENAME TO pk_stored_fixes_whole")
    op.drop_index("ix_stored_fixes_transporter_time", table_name="stored_fixes_whole")
    op.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    op.create_table(
        "stored_fixes",
        *_fix_columns(),
        sa.PrimaryKeyConstraint(
            "transporter_id", "recorded_at", "device", "epoch", "seq", name=op.f("pk_stored_fixes")
        ),
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_table(
        "stored_seqs",
        sa.Column("transporter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("chunk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("transporter_id", "device", "epoch", "chunk", name=op.f("pk_stored_seqs")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(op.f("ix_stored_seqs_newest_at"), "stored_seqs", ["newest_at"])
    connection = op.get_bind()
    days = connection.execute(
        sa.text("SELECT DISTINCT (recorded_at AT TIME ZONE 'UTC')::date FROM stored_fixes_whole")
    ).scalars()
    now: datetime = connection.execute(sa.text("SELECT now()")).scalar_one()
    _make_partitions(connection, {now.astimezone(UTC).date(), *days})
    op.execute(f"INSERT INTO stored_fixes ({COLUMNS}) SELECT {COLUMNS} FROM stored_fixes_whole")  # noqa: S608
    _remember_seqs(connection)
    op.drop_table("stored_fixes_whole")


def _make_partitions(connection: sa.Connection, days: Iterable[date]) -> None:
    """One a day; the table is new, so there are none."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    for day in sorted(days):
        name, until = f"{SCHEMA}.day_{day:%Y%m%d}", day + timedelta(days=1)
        like = "(LIKE stored_fixes INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)"
        bounds = f"FOR VALUES FROM ('{day} 00:00:00+00') TO ('{until} 00:00:00+00')"
        connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {name} {like}"))
        connection.execute(sa.text(f"ALTER TABLE stored_fixes ATTACH PARTITION {name} {bounds}"))


def _remember_seqs(connection: sa.Connection) -> None:
    """The bitmaps of what is stored already."""
    seen: defaultdict[tuple[int, str, str, int], int] = defaultdict(int)
    newest: dict[tuple[int, str, str, int], datetime] = {}
    rows = connection.execute(sa.text("SELECT transporter_id, device, epoch, seq, recorded_at FROM stored_fixes_whole"))
    for transporter_id, device, epoch, seq, recorded_at in rows:
        key = (transporter_id, device, epoch, seq // CHUNK)
        seen[key] |= 1 << seq % CHUNK
        newest[key] = max(recorded_at, newest.get(key, recorded_at))
    if seen:
        connection.execute(
            sa.text("INSERT INTO stored_seqs VALUES (:transporter_id, :device, :epoch, :chunk, :seen, :newest_at)"),
            [
                dict(zip(("transporter_id", "device", "epoch", "chunk"), key, strict=True))
                | {"seen": bits.to_bytes((bits.bit_length() + 7) // 8, "little"), "newest_at": newest[key]}
                for key, bits in seen.items()
            ],
        )


def _fix_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("transporter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.Column("flags", sa.ARRAY(sa.String(length=32)), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("delivery_journeys")
    op.drop_table("delivery_events")
    op.drop_index(op.f("ix_transporter_devices_transporter_id"), table_name="transporter_devices")
    op.drop_table("transporter_devices")
    op.execute("ALTER TABLE stored_fixes RENAME TO stored_fixes_by_day")
    op.execute("ALTER INDEX pk_stored_fixes RENAME TO pk_stored_fixes_by_day")
    op.create_table(
        "stored_fixes",
        *_fix_columns(),
        sa.PrimaryKeyConstraint("transporter_id", "device", "epoch", "seq", name=op.f("pk_stored_fixes")),
    )
    op.execute(f"INSERT INTO stored_fixes ({COLUMNS}) SELECT {COLUMNS} FROM stored_fixes_by_day")  # noqa: S608
    op.create_index("ix_stored_fixes_transporter_time", "stored_fixes", ["transporter_id", "recorded_at"])
    op.drop_table("stored_fixes_by_day")
    op.drop_index(op.f("ix_stored_seqs_newest_at"), table_name="stored_seqs")
    op.drop_table("stored_seqs")
    op.execute(f"DROP SCHEMA IF EXISTS {SCHEMA}")
