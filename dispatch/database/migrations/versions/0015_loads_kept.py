"""What each transporter carries stands on its row, and each row says which transaction changed it last.

The triggers see to both whoever writes. They come before the sums are reckoned: creating them holds the tables until
the commit, so that no delivery moves in between.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015_loads_kept"
down_revision: str | None = "0014_keys_committed"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = (
    """
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.changed_in := pg_current_xact_id()::text::bigint;
      RETURN NEW;
    END $$
    """,
    # Writing the row notes the change.
    """
    CREATE FUNCTION note_change_of_documents() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        UPDATE transporters SET changed_in = 0 WHERE id = OLD.transporter_id;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        UPDATE transporters SET changed_in = 0 WHERE id = NEW.transporter_id;
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION keep_loads() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' AND OLD.status IN ('assigned', 'picked_up', 'in_transit') THEN
        UPDATE transporters SET active_count = active_count - 1, carried_kg = carried_kg - OLD.package_weight
        WHERE id = OLD.transporter_id;
      END IF;
      IF TG_OP <> 'DELETE' AND NEW.status IN ('assigned', 'picked_up', 'in_transit') THEN
        UPDATE transporters SET active_count = active_count + 1, carried_kg = carried_kg + NEW.package_weight
        WHERE id = NEW.transporter_id;
      END IF;
      RETURN NULL;
    END $$
    """,
)
TRIGGERS = (
    "CREATE TRIGGER note_change BEFORE INSERT OR UPDATE ON transporters FOR EACH ROW EXECUTE FUNCTION note_change()",
    """
    CREATE TRIGGER note_change BEFORE UPDATE ON users FOR EACH ROW
    WHEN ((OLD.name, OLD.roles, OLD.is_active) IS DISTINCT FROM (NEW.name, NEW.roles, NEW.is_active))
    EXECUTE FUNCTION note_change()
    """,
    """
    CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON transporter_documents
    FOR EACH ROW EXECUTE FUNCTION note_change_of_documents()
    """,
    """
    CREATE TRIGGER keep_loads_of_others AFTER INSERT OR DELETE ON deliveries
    FOR EACH ROW EXECUTE FUNCTION keep_loads()
    """,
    # A parcel that is picked up or on its way stays with who has it: most steps change no load.
    """
    CREATE TRIGGER keep_loads AFTER UPDATE ON deliveries FOR EACH ROW
    WHEN (
      (OLD.status IN ('assigned', 'picked_up', 'in_transit'), OLD.transporter_id, OLD.package_weight) IS DISTINCT FROM
      (NEW.status IN ('assigned', 'picked_up', 'in_transit'), NEW.transporter_id, NEW.package_weight)
    )
    EXECUTE FUNCTION keep_loads()
    """,
)
SUMS = """
UPDATE transporters AS t SET active_count = d.active, carried_kg = d.weight_kg
FROM (
    SELECT transporter_id, count(*) AS active, sum(package_weight) AS weight_kg
    FROM deliveries WHERE status IN ('assigned', 'picked_up', 'in_transit') GROUP BY transporter_id
) AS d
WHERE d.transporter_id = t.id
"""


def upgrade() -> None:
    op.add_column("transporters", sa.Column("active_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "transporters", sa.Column("carried_kg", sa.Numeric(12, 3), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("transporters", sa.Column("changed_in", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_transporters_changed_in", "transporters", ["changed_in", "id"], unique=False)
    op.create_check_constraint(
        "load_possible",
        "transporters",
        "active_count >= 0 AND carried_kg >= 0 AND (active_count > 0 OR carried_kg = 0)",
    )
    op.add_column("users", sa.Column("changed_in", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_users_changed_in",
        "users",
        ["changed_in", "id"],
        unique=False,
        postgresql_where=sa.text("changed_in > 0"),
    )
    for statement in (*FUNCTIONS, *TRIGGERS, SUMS):
        op.execute(statement)


def downgrade() -> None:
    for trigger, table in (
        ("keep_loads", "deliveries"),
        ("keep_loads_of_others", "deliveries"),
        ("note_change", "transporter_documents"),
        ("note_change", "users"),
        ("note_change", "transporters"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in ("keep_loads", "note_change_of_documents", "note_change"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("ix_users_changed_in", table_name="users", postgresql_where=sa.text("changed_in > 0"))
    op.drop_column("users", "changed_in")
    op.drop_constraint("load_possible", "transporters", type_="check")
    op.drop_index("ix_transporters_changed_in", table_name="transporters")
    op.drop_column("transporters", "changed_in")
    op.drop_column("transporters", "carried_kg")
    op.drop_column("transporters", "active_count")
