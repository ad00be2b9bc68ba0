"""The database refuses what the lives of deliveries, sales and orders do not have: no status goes another way."""

from collections.abc import Sequence

from alembic import op

revision: str = "0049_moves"
down_revision: str | None = "0048_categories"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTION = """
CREATE FUNCTION refuse_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved text := (to_jsonb(OLD) ->> TG_ARGV[0]) || '>' || (to_jsonb(NEW) ->> TG_ARGV[0]);
BEGIN
  IF NOT moved = ANY (TG_ARGV[1:]) AND current_setting('dispatch.any_move', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION '% % cannot go %', TG_TABLE_NAME, OLD.id, moved USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# As Lifecycle.trigger writes them of each table.
TRIGGERS = (
    (
        "CREATE TRIGGER refuse_moves BEFORE UPDATE OF status ON deliveries FOR EACH ROW "
        "WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_moves('status', "
        "'available>assigned', 'assigned>available', 'assigned>picked_up', 'picked_up>in_transit', "
        "'picked_up>delivered', 'in_transit>delivered', 'available>cancelled', 'assigned>cancelled', "
        "'picked_up>cancelled', 'in_transit>cancelled')"
    ),
    (
        "CREATE TRIGGER refuse_moves BEFORE UPDATE OF status ON sales FOR EACH ROW "
        "WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION refuse_moves('status', "
        "'processing>shipped', 'processing>delivered', 'shipped>delivered', 'processing>cancelled', "
        "'shipped>cancelled', 'delivered>cancelled')"
    ),
    (
        "CREATE TRIGGER refuse_moves BEFORE UPDATE OF order_status ON orders FOR EACH ROW "
        "WHEN (OLD.order_status IS DISTINCT FROM NEW.order_status) EXECUTE FUNCTION refuse_moves('order_status', "
        "'pending>confirmed', 'confirmed>processing', 'confirmed>shipped', 'processing>shipped', "
        "'confirmed>delivered', 'processing>delivered', 'shipped>delivered', 'delivered>completed', "
        "'pending>cancelled', 'confirmed>cancelled', 'processing>cancelled', 'shipped>cancelled', "
        "'delivered>cancelled')"
    ),
)


def upgrade() -> None:
    for statement in (FUNCTION, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("deliveries", "sales", "orders"):
        op.execute(f"DROP TRIGGER refuse_moves ON {table}")
    op.execute("DROP FUNCTION refuse_moves()")
