"""What buyers object to of what couriers told as delivered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0065_objections"
down_revision: str | None = "0064_refused_word"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
TABLE = "delivery_objections"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _to(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{TABLE}_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG, sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("sale_id", BIG, nullable=False),
        sa.Column("made_by", _one_of("objector", "buyer", "receiver"), nullable=False),
        sa.Column(
            "reason",
            _one_of("objectionreason", "not_received", "incomplete", "damaged", "other_goods", "other"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("status", _one_of("objectionstatus", "open", "upheld", "rejected"), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("num_nulls(decided_at, decided_by) IN (0, 2)", name=op.f(f"ck_{TABLE}_decision_whole")),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name=op.f(f"ck_{TABLE}_decided_or_open")),
        _to("delivery_id", "deliveries"),
        _to("sale_id", "sales"),
        _to("decided_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("delivery_id", name=op.f(f"uq_{TABLE}_delivery_id")),
    )
    op.create_index(op.f(f"ix_{TABLE}_sale_id"), TABLE, ["sale_id"])
    op.create_index(op.f(f"ix_{TABLE}_decided_by"), TABLE, ["decided_by"])
    op.create_index(f"ix_{TABLE}_open", TABLE, ["id"], postgresql_where=sa.text("status = 'open'"))


def downgrade() -> None:
    op.drop_table(TABLE)
