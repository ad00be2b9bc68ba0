"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "delivery_infos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("customer_name", sa.String(length=120), nullable=False),
        sa.Column("phone_number", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("zip_code", sa.String(length=20), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("delivery_instructions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_infos")),
    )
    op.create_table(
        "stored_fixes",
        sa.Column("transporter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.Column("flags", sa.ARRAY(sa.String(length=32)), nullable=False),
        sa.PrimaryKeyConstraint("transporter_id", "device", "epoch", "seq", name=op.f("pk_stored_fixes")),
    )
    op.create_index("ix_stored_fixes_transporter_time", "stored_fixes", ["transporter_id", "recorded_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "roles <@ ARRAY['customer', 'seller', 'transporter', 'admin']::varchar[] AND cardinality(roles) > 0",
            name=op.f("ck_users_known_roles"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_email_lower", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "carts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_carts_user_id_users"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carts")),
    )
    op.create_index(op.f("ix_carts_user_id"), "carts", ["user_id"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("listed_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("discounted_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column(
            "tax_class",
            sa.Enum("standard", "exempt", name="taxclass", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("images", sa.ARRAY(sa.String(length=500)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "discounted_price > 0 AND discounted_price <= listed_price",
            name=op.f("ck_products_discount_is_one"),
        ),
        sa.CheckConstraint("listed_price > 0", name=op.f("ck_products_price_positive")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= stock", name=op.f("ck_products_reserved_within_stock")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_products_stock_not_negative")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["users.id"], name=op.f("fk_products_seller_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_index(op.f("ix_products_seller_id"), "products", ["seller_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("refresh_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("sign_in_id", name=op.f("uq_sign_ins_sign_in_id")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "transporters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("business_name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("vehicle_type", sa.String(length=32), nullable=False),
        sa.Column("vehicle_number", sa.String(length=32), nullable=False),
        sa.Column("capacity_kg", sa.Numeric(precision=9, scale=3), nullable=False),
        sa.Column("max_active", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Numeric(precision=4, scale=3), nullable=False),
        sa.Column("rating_count", sa.Integer(), nullable=False),
        sa.Column("earned", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity_kg > 0", name=op.f("ck_transporters_capacity_positive")),
        sa.CheckConstraint("max_active > 0", name=op.f("ck_transporters_max_active_positive")),
        sa.CheckConstraint("rating >= 0 AND rating <= 5", name=op.f("ck_transporters_rating_in_range")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_transporters_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transporters")),
        sa.UniqueConstraint("user_id", name=op.f("uq_transporters_user_id")),
    )
    op.create_index(op.f("ix_transporters_vehicle_type"), "transporters", ["vehicle_type"], unique=False)
    op.create_table(
        "cart_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_items_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["carts.id"], name=op.f("fk_cart_items_cart_id_carts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_cart_items_product_id_products"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_items")),
        sa.UniqueConstraint("cart_id", "product_id", name=op.f("uq_cart_items_cart_id")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_info_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_method", sa.String(length=32), nullable=True),
        sa.Column("total_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "order_status",
            sa.Enum(
                "pending",
                "confirmed",
                "processing",
                "shipped",
                "delivered",
                "completed",
                "cancelled",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "payment_status",
            sa.Enum(
                "pending",
                "paid",
                "failed",
                "refunded",
                name="paymentstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cart_id"], ["carts.id"], name=op.f("fk_orders_cart_id_carts"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["users.id"], name=op.f("fk_orders_customer_id_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_info_id"],
            ["delivery_infos.id"],
            name=op.f("fk_orders_delivery_info_id_delivery_infos"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("order_number", name=op.f("uq_orders_order_number")),
    )
    op.create_index(op.f("ix_orders_cart_id"), "orders", ["cart_id"], unique=False)
    op.create_index(op.f("ix_orders_customer_id"), "orders", ["customer_id"], unique=False)
    op.create_table(
        "transporter_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_transporter_documents_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transporter_documents")),
        sa.UniqueConstraint("transporter_id", "kind", name=op.f("uq_transporter_documents_transporter_id")),
    )
    op.create_table(
        "order_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("total_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_items_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_items_order_id_orders"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_order_items_product_id_products"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_items")),
    )
    op.create_index(op.f("ix_order_items_order_id"), "order_items", ["order_id"], unique=False)
    op.create_table(
        "payment_transactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum(
                "KHALTI",
                "SCT",
                "CONNECT_IPS",
                "MOBILE_BANKING",
                "EBANKING",
                name="paymentmode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("bank", sa.String(length=100), nullable=True),
        sa.Column("return_url", sa.String(length=1000), nullable=False),
        sa.Column("customer_name", sa.String(length=120), nullable=False),
        sa.Column("customer_email", sa.String(length=254), nullable=False),
        sa.Column("customer_phone", sa.String(length=32), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("tax_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("shipping_cost", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "processing",
                "completed",
                "failed",
                "expired",
                "canceled",
                "refunded",
                "refund_due",
                name="transactionstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("failure_reason", sa.String(length=300), nullable=True),
        sa.Column("holds_stock", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pidx", sa.String(length=100), nullable=True),
        sa.Column("payment_url", sa.String(length=1000), nullable=True),
        sa.Column("gateway_transaction_id", sa.String(length=100), nullable=True),
        sa.Column("gateway_amount_paisa", sa.BigInteger(), nullable=True),
        sa.Column("inquiry_data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "total_amount = subtotal + tax_amount + shipping_cost",
            name=op.f("ck_payment_transactions_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["carts.id"], name=op.f("fk_payment_transactions_cart_id_carts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
            name=op.f("fk_payment_transactions_order_id_orders"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_payment_transactions_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_transactions")),
        sa.UniqueConstraint("order_number", name=op.f("uq_payment_transactions_order_number")),
        sa.UniqueConstraint("pidx", name=op.f("uq_payment_transactions_pidx")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_payment_transactions_transaction_id")),
    )
    op.create_index(op.f("ix_payment_transactions_cart_id"), "payment_transactions", ["cart_id"], unique=False)
    op.create_index(
        "ix_payment_transactions_open",
        "payment_transactions",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'processing'"),
    )
    op.create_index(op.f("ix_payment_transactions_order_id"), "payment_transactions", ["order_id"], unique=False)
    op.create_index(op.f("ix_payment_transactions_purpose"), "payment_transactions", ["purpose"], unique=False)
    op.create_index(op.f("ix_payment_transactions_user_id"), "payment_transactions", ["user_id"], unique=False)
    op.create_index(
        "uq_payment_transactions_paid_once",
        "payment_transactions",
        ["purpose"],
        unique=True,
        postgresql_where=sa.text("status = 'completed'"),
    )
    op.create_table(
        "sales",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_name", sa.String(length=120), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("payment_method", sa.String(length=32), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column(
            "payment_status",
            sa.Enum(
                "pending",
                "paid",
                "failed",
                "refunded",
                name="paymentstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "processing",
                "shipped",
                "delivered",
                "cancelled",
                name="salestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_quantity_positive")),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_sales_buyer_id_users"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_sales_order_id_orders"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_sales_product_id_products"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["users.id"], name=op.f("fk_sales_seller_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
        sa.UniqueConstraint("order_number", name=op.f("uq_sales_order_number")),
    )
    op.create_index(op.f("ix_sales_buyer_id"), "sales", ["buyer_id"], unique=False)
    op.create_index(op.f("ix_sales_order_id"), "sales", ["order_id"], unique=False)
    op.create_index(op.f("ix_sales_seller_id"), "sales", ["seller_id"], unique=False)
    op.create_index(op.f("ix_sales_transaction_id"), "sales", ["transaction_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("tracking_number", sa.String(length=32), nullable=False),
        sa.Column("sale_id", sa.BigInteger(), nullable=False),
        sa.Column("pickup_address", sa.String(length=300), nullable=False),
        sa.Column("pickup_lat", sa.Double(), nullable=True),
        sa.Column("pickup_lon", sa.Double(), nullable=True),
        sa.Column("pickup_contact_name", sa.String(length=120), nullable=False),
        sa.Column("pickup_contact_phone", sa.String(length=32), nullable=False),
        sa.Column("pickup_instructions", sa.Text(), nullable=False),
        sa.Column("delivery_address", sa.String(length=300), nullable=False),
        sa.Column("delivery_lat", sa.Double(), nullable=True),
        sa.Column("delivery_lon", sa.Double(), nullable=True),
        sa.Column("delivery_contact_name", sa.String(length=120), nullable=False),
        sa.Column("delivery_contact_phone", sa.String(length=32), nullable=False),
        sa.Column("delivery_instructions", sa.Text(), nullable=False),
        sa.Column("package_weight", sa.Numeric(precision=9, scale=3), nullable=False),
        sa.Column("package_dimensions", sa.String(length=100), nullable=False),
        sa.Column("package_value", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("fragile", sa.Boolean(), nullable=False),
        sa.Column("requires_signature", sa.Boolean(), nullable=False),
        sa.Column("special_instructions", sa.Text(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "low",
                "normal",
                "high",
                "urgent",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("delivery_fee", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("distance_km", sa.Double(), nullable=True),
        sa.Column("requested_pickup_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_delivery_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "available",
                "assigned",
                "picked_up",
                "in_transit",
                "delivered",
                "cancelled",
                name="deliverystatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("transporter_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_pickup_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_delivery_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("earnings", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("customer_rating", sa.SmallInteger(), nullable=True),
        sa.Column("pickup_photo", sa.String(length=200), nullable=True),
        sa.Column("delivery_photo", sa.String(length=200), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(transporter_id IS NULL) = (status IN ('available', 'cancelled'))",
            name=op.f("ck_deliveries_who_has_it"),
        ),
        sa.CheckConstraint(
            "(delivery_lat IS NULL) = (delivery_lon IS NULL)", name=op.f("ck_deliveries_delivery_point_whole")
        ),
        sa.CheckConstraint(
            "(pickup_lat IS NULL) = (pickup_lon IS NULL)", name=op.f("ck_deliveries_pickup_point_whole")
        ),
        sa.CheckConstraint("delivery_fee >= 0", name=op.f("ck_deliveries_fee_not_negative")),
        sa.CheckConstraint("package_weight > 0", name=op.f("ck_deliveries_weight_positive")),
        sa.ForeignKeyConstraint(
            ["sale_id"], ["sales.id"], name=op.f("fk_deliveries_sale_id_sales"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_deliveries_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_deliveries_delivery_id")),
        sa.UniqueConstraint("sale_id", name=op.f("uq_deliveries_sale_id")),
        sa.UniqueConstraint("tracking_number", name=op.f("uq_deliveries_tracking_number")),
    )
    op.create_index(
        "ix_deliveries_available",
        "deliveries",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'available'"),
    )
    op.create_index(op.f("ix_deliveries_transporter_id"), "deliveries", ["transporter_id"], unique=False)
    op.create_index(
        "ix_deliveries_under_way",
        "deliveries",
        ["transporter_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('assigned', 'picked_up', 'in_transit')"),
    )
    op.create_table(
        "order_tracking_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("sale_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "confirmed",
                "processing",
                "shipped",
                "delivered",
                "completed",
                "cancelled",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "order_id IS NOT NULL OR sale_id IS NOT NULL",
            name=op.f("ck_order_tracking_events_belongs_somewhere"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
            name=op.f("fk_order_tracking_events_order_id_orders"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sales.id"],
            name=op.f("fk_order_tracking_events_sale_id_sales"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_tracking_events")),
    )
    op.create_index(op.f("ix_order_tracking_events_order_id"), "order_tracking_events", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_tracking_events_sale_id"), "order_tracking_events", ["sale_id"], unique=False)
    op.create_table(
        "payment_transaction_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_name", sa.String(length=120), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("sale_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_payment_transaction_items_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment_transactions.id"],
            name=op.f("fk_payment_transaction_items_payment_id_payment_transactions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_payment_transaction_items_product_id_products"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"],
            ["sales.id"],
            name=op.f("fk_payment_transaction_items_sale_id_sales"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"],
            ["users.id"],
            name=op.f("fk_payment_transaction_items_seller_id_users"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_transaction_items")),
        sa.UniqueConstraint("sale_id", name=op.f("uq_payment_transaction_items_sale_id")),
    )
    op.create_index(
        op.f("ix_payment_transaction_items_payment_id"),
        "payment_transaction_items",
        ["payment_id"],
        unique=False,
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_by", sa.BigInteger(), nullable=True),
        sa.Column("strategy", sa.String(length=32), nullable=False),
        sa.Column("distance_score", sa.Double(), nullable=True),
        sa.Column("rating_score", sa.Double(), nullable=True),
        sa.Column("capacity_score", sa.Double(), nullable=True),
        sa.Column("workload_score", sa.Double(), nullable=True),
        sa.Column("total_score", sa.Double(), nullable=True),
        sa.Column("alternatives", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["users.id"], name=op.f("fk_assignments_assigned_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_assignments_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_assignments_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_delivery_id"), "assignments", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_assignments_transporter_id"), "assignments", ["transporter_id"], unique=False)
    op.create_table(
        "delivery_trackings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "available",
                "assigned",
                "picked_up",
                "in_transit",
                "delivered",
                "cancelled",
                name="deliverystatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_trackings_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_trackings")),
    )
    op.create_index(op.f("ix_delivery_trackings_delivery_id"), "delivery_trackings", ["delivery_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_trackings_delivery_id"), table_name="delivery_trackings")
    op.drop_table("delivery_trackings")
    op.drop_index(op.f("ix_assignments_transporter_id"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_delivery_id"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(op.f("ix_payment_transaction_items_payment_id"), table_name="payment_transaction_items")
    op.drop_table("payment_transaction_items")
    op.drop_index(op.f("ix_order_tracking_events_sale_id"), table_name="order_tracking_events")
    op.drop_index(op.f("ix_order_tracking_events_order_id"), table_name="order_tracking_events")
    op.drop_table("order_tracking_events")
    op.drop_index(
        "ix_deliveries_under_way",
        table_name="deliveries",
        postgresql_where=sa.text("status IN ('assigned', 'picked_up', 'in_transit')"),
    )
    op.drop_index(op.f("ix_deliveries_transporter_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_available", table_name="deliveries", postgresql_where=sa.text("status = 'available'"))
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_sales_transaction_id"), table_name="sales")
    op.drop_index(op.f("ix_sales_seller_id"), table_name="sales")
    op.drop_index(op.f("ix_sales_order_id"), table_name="sales")
    op.drop_index(op.f("ix_sales_buyer_id"), table_name="sales")
    op.drop_table("sales")
    op.drop_index(
        "uq_payment_transactions_paid_once",
        table_name="payment_transactions",
        postgresql_where=sa.text("status = 'completed'"),
    )
    op.drop_index(op.f("ix_payment_transactions_user_id"), table_name="payment_transactions")
    op.drop_index(op.f("ix_payment_transactions_purpose"), table_name="payment_transactions")
    op.drop_index(op.f("ix_payment_transactions_order_id"), table_name="payment_transactions")
    op.drop_index(
        "ix_payment_transactions_open",
        table_name="payment_transactions",
        postgresql_where=sa.text("status = 'processing'"),
    )
    op.drop_index(op.f("ix_payment_transactions_cart_id"), table_name="payment_transactions")
    op.drop_table("payment_transactions")
    op.drop_index(op.f("ix_order_items_order_id"), table_name="order_items")
    op.drop_table("order_items")
    op.drop_table("transporter_documents")
    op.drop_index(op.f("ix_orders_customer_id"), table_name="orders")
    op.drop_index(op.f("ix_orders_cart_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_table("cart_items")
    op.drop_index(op.f("ix_transporters_vehicle_type"), table_name="transporters")
    op.drop_table("transporters")
    op.drop_index(op.f("ix_sign_ins_user_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_products_seller_id"), table_name="products")
    op.drop_table("products")
    op.drop_index(op.f("ix_carts_user_id"), table_name="carts")
    op.drop_table("carts")
    op.drop_index("uq_users_email_lower", table_name="users")
    op.drop_table("users")
    op.drop_index("ix_stored_fixes_transporter_time", table_name="stored_fixes")
    op.drop_table("stored_fixes")
    op.drop_table("delivery_infos")
