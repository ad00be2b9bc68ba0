"""Tables may wait for a job: their files, how far it is, and what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0068_waiting_imports"
down_revision: str | None = "0067_minute_figures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("waiting", "done", "refused", "failed")


def upgrade() -> None:
    op.add_column("import_runs", sa.Column("skip_bad_rows", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("import_runs", sa.Column("state", sa.String(32), server_default="done", nullable=False))
    op.add_column("import_runs", sa.Column("refusal", sa.String(1000), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_import_runs_importstate"), "import_runs", sa.column("state").in_(STATES))
    op.create_index("ix_import_runs_waiting", "import_runs", ["user_id"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_table(
        "waiting_imports",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_runs.id"],
            name=op.f("fk_waiting_imports_import_id_import_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_waiting_imports")),
    )
    op.create_table(
        "import_file_parts",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["waiting_imports.import_id"],
            name=op.f("fk_import_file_parts_import_id_waiting_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_import_file_parts")),
    )


def downgrade() -> None:
    op.drop_table("import_file_parts")
    op.drop_table("waiting_imports")
    op.drop_index("ix_import_runs_waiting", table_name="import_runs")
    op.drop_constraint(op.f("ck_import_runs_importstate"), "import_runs", type_="check")
    for name in ("refusal", "state", "skip_bad_rows"):
        op.drop_column("import_runs", name)
