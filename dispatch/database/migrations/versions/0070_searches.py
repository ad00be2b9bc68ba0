"""Lists are searched and filtered without reading all that there ever was.

``sought_deliveries``: words, numbers and phones that deliveries are found by, and where they lie (lists by text, zone
and place); ``…_searched``: the same of orders, what was ordered, where it goes (by way of
``ix_orders_delivery_info_id``) and sales; ``ix_delivery_infos_lat_lon``: orders of a zone; ``…_status``,
``…_payment_status`` and ``ix_deliveries_priority``: lists by these, also of those that most have, which are counted;
``ix_delivery_trackings_flagged``: deliveries with a step in doubt; ``ix_sales_sums_first_day``: what was sold on some
days, of all products. What these take the place of goes with 0071, in a transaction of its own: that shuts out readers
too, for a moment, and these take long.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0070_searches"
down_revision: str | None = "0069_email_changes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SQL = "RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN"
# Texts as they are compared: taken apart, without nukta and joiners, with single blanks, in small letters.
WORDS = rf"""
CREATE FUNCTION search_words(written text) {SQL}
lower(regexp_replace(translate(normalize(written, NFKD), U&'\093c\200b\200c\200d\2060\feff', ''), '\s+', ' ', 'g'))
"""
# Phone numbers, of several columns with chr(1) between them.
DIGITS = rf"""
CREATE FUNCTION search_digits(written text) {SQL} regexp_replace(written, '[^0-9\x01]', '', 'g')
"""
# Trigrams are of letters as the database's locale knows them, which may be ours alone: those of Nepali become some.
DEVANAGARI = "".join(map(chr, range(0x900, 0x980)))
OURS = "".join("abcdefghijklmnopqrstuvwxyz0123456789"[at % 36] for at in range(len(DEVANAGARI)))
LETTERS = f"""
CREATE FUNCTION search_letters(written text) {SQL} CASE
WHEN octet_length(written) = length(written) THEN written ELSE translate(written, '{DEVANAGARI}', '{OURS}') END
"""


def _words(*columns: str) -> str:
    return f"search_words({' || chr(1) || '.join(columns)})"


def _digits(*columns: str) -> str:
    return f"search_digits({' || chr(1) || '.join(columns)})"


TEXTS = (
    "pickup_address",
    "pickup_contact_name",
    "delivery_address",
    "delivery_contact_name",
    "special_instructions",
    "pickup_instructions",
    "delivery_instructions",
)
PHONES = ("pickup_contact_phone", "delivery_contact_phone")
KEPT = ("tracking_number", "pickup_lat", "pickup_lon", "delivery_lat", "delivery_lon")
SOUGHT = f"INSERT INTO sought_deliveries (delivery_id, words, phones, {', '.join(KEPT)})"
SOUGHT_OF = f"SELECT id, {_words(*TEXTS)}, {_digits(*PHONES)}, {', '.join(KEPT)} FROM"
# What is made is noted for a whole statement at once, what changes for each row of which such a column was set.
NOTE_MADE = f"""
CREATE FUNCTION note_sought_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {SOUGHT} {SOUGHT_OF} made;
  RETURN NULL;
END $$
"""
ON_MADE = """
CREATE TRIGGER note_sought_deliveries AFTER INSERT ON deliveries REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION note_sought_deliveries()
"""
NOTE_CHANGED = f"""
CREATE FUNCTION note_sought_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sought_deliveries WHERE delivery_id = NEW.id;
  {SOUGHT} {SOUGHT_OF} deliveries WHERE id = NEW.id;
  RETURN NULL;
END $$
"""  # noqa: S608  ours
ON_CHANGED = f"""
CREATE TRIGGER note_sought_delivery AFTER UPDATE OF {", ".join((*TEXTS, *PHONES, *KEPT))} ON deliveries
FOR EACH ROW EXECUTE FUNCTION note_sought_delivery()
"""
# Its name, its table and its columns.
OTHERS = (
    ("ix_orders_delivery_info_id", "orders", ["delivery_info_id"]),
    ("ix_delivery_infos_lat_lon", "delivery_infos", ["lat", "lon"]),
    ("ix_orders_status", "orders", ["order_status", "id"]),
    ("ix_orders_payment_status", "orders", ["payment_status", "id"]),
    ("ix_sales_status", "sales", ["status", "id"]),
    ("ix_sales_payment_status", "sales", ["payment_status", "id"]),
    ("ix_deliveries_status", "deliveries", ["status", "id"]),
    ("ix_deliveries_priority", "deliveries", ["priority", "id"]),
    ("ix_sales_sums_first_day", "sales_sums", ["scope", "first_day"]),
)
FLAGGED = sa.text("flags <> '{}'")
# By the name of the table, which is the index's name too: what is looked for in its rows.
SEARCHED = {
    "delivery_infos": (_words("customer_name", "address", "city", "delivery_instructions"), _digits("phone_number")),
    "order_items": (_words("product_name"),),
    "orders": (_words("order_number"),),
    "sales": (_words("order_number", "buyer_name", "product_name"),),
}
TABLES = ("deliveries", "delivery_trackings", "sales_sums", *SEARCHED)


def _hold(mode: str) -> str:
    """All tables at once or none: whoever holds one and waits for another is not waited for in a circle.

    Whoever comes meanwhile waits behind it, so it tries more and more seldom: a backup may read for an hour.
    """
    return f"""
    DO $$ DECLARE pause float := 0.1; BEGIN
      LOOP
        BEGIN
          SET LOCAL lock_timeout = '300ms';
          LOCK TABLE {", ".join(TABLES)} IN {mode} MODE;
          SET LOCAL lock_timeout = 0;
          RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
          PERFORM pg_sleep(pause);  -- what was held is given back with the block
          pause := least(2 * pause, 3);
        END;
      END LOOP;
    END $$
    """


def upgrade() -> None:
    """The extension is a trusted one: whoever owns the database may make it. Everything is read all the while."""
    op.execute(_hold("SHARE ROW EXCLUSIVE"))
    for statement in ("CREATE EXTENSION IF NOT EXISTS pg_trgm", WORDS, DIGITS, LETTERS):
        op.execute(statement)
    _make_sought_deliveries()
    for table, (words, *digits) in SEARCHED.items():
        parts = [sa.text(f"{part} gin_trgm_ops") for part in (f"search_letters({words})", *digits)]
        op.create_index(f"ix_{table}_searched", table, parts, postgresql_using="gin")
    for name, table, columns in OTHERS:
        op.create_index(name, table, columns)
    op.create_index("ix_delivery_trackings_flagged", "delivery_trackings", ["delivery_id"], postgresql_where=FLAGGED)


def _make_sought_deliveries() -> None:
    op.create_table(
        "sought_deliveries",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.String(length=32), nullable=False),
        sa.Column("phones", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in KEPT[1:]),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_sought_deliveries_delivery_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_sought_deliveries")),
    )
    for statement in (NOTE_MADE, ON_MADE, NOTE_CHANGED, ON_CHANGED, f"{SOUGHT} {SOUGHT_OF} deliveries"):
        op.execute(statement)
    parts = ("search_letters(words)", "tracking_number", "phones")
    trigrams = [sa.text(f"{part} gin_trgm_ops") for part in parts]
    op.create_index("ix_sought_deliveries_parts", "sought_deliveries", trigrams, postgresql_using="gin")
    op.create_index("ix_sought_deliveries_pickup", "sought_deliveries", ["pickup_lat", "pickup_lon"])
    op.create_index("ix_sought_deliveries_delivery", "sought_deliveries", ["delivery_lat", "delivery_lon"])


def downgrade() -> None:
    op.execute(_hold("ACCESS EXCLUSIVE"))
    op.drop_index("ix_delivery_trackings_flagged", table_name="delivery_trackings")
    for name, table, _ in reversed(OTHERS):
        op.drop_index(name, table_name=table)
    for table in reversed(SEARCHED):
        op.drop_index(f"ix_{table}_searched", table_name=table)
    op.execute("DROP TRIGGER note_sought_delivery ON deliveries")
    op.execute("DROP TRIGGER note_sought_deliveries ON deliveries")
    op.drop_table("sought_deliveries")
    for function in ("note_sought_delivery()", "note_sought_deliveries()", "search_letters(text)"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION search_digits(text)")
    op.execute("DROP FUNCTION search_words(text)")  # the extension stays: it may have been there before
