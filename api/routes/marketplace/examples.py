"""Examples of orders and sales for the description of the API."""

from typing import Any, Final

from api.http.described_examples import Example
from api.routes.payments.examples import INVOICE

CART = 123
NEW_ORDER: Final[dict[str, Any]] = {
    "cart_id": CART,
    "delivery_info": {
        "customer_name": "John Doe",
        "phone_number": "+977-9841234567",
        "address": "Thamel, Kathmandu",
        "city": "Kathmandu",
        "state": "Bagmati",
        "zip_code": "44600",
        "latitude": 27.7172,
        "longitude": 85.3240,
        "delivery_instructions": "Call when arrived",
    },
    "payment_method": "KHALTI",
}
SUMS: Final = {
    "total_amount": "2500.00",
    "formatted_total": "NPR 2,500.00",
    "subtotal": "2500.00",
    "tax_amount": "325.00",
    "shipping_cost": "100.00",
    "total_to_pay": "2925.00",
    "formatted_total_to_pay": "NPR 2,925.00",
    "refunded": "0.00",
    "refunding": "0.00",
}
CREATED_EVENT: Final = {
    "id": 201,
    "status": "pending",
    "message": "Order created successfully",
    "created_at": "2024-10-27T10:30:00Z",
}
ORDER: Final[dict[str, Any]] = {
    "id": 456,
    "order_number": "MP-20241027-A1B2C3D4",
    "customer": 789,
    "cart_id": CART,
    "order_status": "pending",
    "order_status_display": "Pending",
    "payment_status": "pending",
    "payment_status_display": "Pending",
    **SUMS,
    "currency": "NPR",
    "items": [
        {
            "id": 101,
            "product": {
                "id": 50,
                "name": "Organic Rice",
                "price": "1250.00",
                "images": [{"image": "/media/product_images/rice.jpg"}],
            },
            "quantity": 2,
            "unit_price": "1250.00",
            "total_price": "2500.00",
        }
    ],
    "sales": [],
    "progress": {"processing": 0, "shipped": 0, "delivered": 0, "cancelled": 0},
    "setbacks": [],
    "transaction_id": None,
    "delivery": {
        "customer_name": "John Doe",
        "phone_number": "+977-9841234567",
        "address": "Thamel, Kathmandu",
        "landmark": "",
        "city": "Kathmandu",
        "district": "",
        "state": "Bagmati",
        "zip_code": "44600",
        "plus_code": "",
        "latitude": 27.7172,
        "longitude": 85.3240,
        "full_address": "Thamel, Kathmandu, Bagmati, 44600",
        "delivery_instructions": "Call when arrived",
    },
    "tracking_events": [CREATED_EVENT],
    "created_at": "2024-10-27T10:30:00Z",
    "estimated_delivery_date": None,
    "tracking_number": None,
    "can_cancel": True,
    "can_refund": False,
    "can_change_address": True,
    "is_paid": False,
    "is_delivered": False,
    "objection_until": None,
}
OTHER_ADDRESS: Final = {
    "customer_name": "John Doe",
    "phone_number": "+977-9841234567",
    "address": "Jhamsikhel Road 12",
    "landmark": "Opposite the bakery",
    "city": "Lalitpur",
    "district": "Lalitpur",
    "latitude": 27.6781,
    "longitude": 85.3119,
    "delivery_instructions": "Ask at the reception",
}
READDRESSED: Final = ORDER | {
    "delivery": OTHER_ADDRESS
    | {
        "state": "Bagmati",
        "zip_code": "",
        "plus_code": "",
        "full_address": "Jhamsikhel Road 12, Opposite the bakery, Lalitpur, Bagmati",
    },
    "tracking_events": [
        CREATED_EVENT,
        {
            "id": 204,
            "status": "pending",
            "message": "Delivery address changed",
            "created_at": "2024-10-27T10:40:00Z",
        },
    ],
}
CONFIRMED_EVENT: Final = {
    "id": 202,
    "status": "confirmed",
    "message": "Payment confirmed",
    "created_at": "2024-10-27T10:45:00Z",
}
SHIPPED_EVENT: Final = {
    "id": 203,
    "status": "shipped",
    "message": "Order shipped for delivery",
    "created_at": "2024-10-27T14:00:00Z",
}
SHIPPED: Final[dict[str, Any]] = ORDER | {
    "order_status": "shipped",
    "order_status_display": "Shipped",
    "payment_status": "paid",
    "payment_status_display": "Paid",
    "sales": [
        {
            "id": 789,
            "order_number": "MS-20241027-A1B2C3",
            "product_id": 50,
            "quantity": 2,
            "status": "shipped",
            "delivery_status": "in_transit",
            "delivery_id": 101,
            "tracking_number": "TRK1234567890",
            "delivery_address": "Thamel, Kathmandu",
            "quantity_delivered": None,
        }
    ],
    "progress": {"processing": 0, "shipped": 1, "delivered": 0, "cancelled": 0},
    "transaction_id": "d4e5f6a7-b8c9-40d1-82e3-f4a5b6c7d8e9",
    "tracking_events": [CREATED_EVENT, CONFIRMED_EVENT, SHIPPED_EVENT],
    "estimated_delivery_date": "2024-10-28T18:00:00Z",
    "tracking_number": "TRK1234567890",
    "can_cancel": False,
    "can_change_address": False,
    "is_paid": True,
}
ORDER_ROW: Final[dict[str, Any]] = {
    "id": 456,
    "order_number": "MP-20241027-A1B2C3D4",
    "order_status": "shipped",
    "order_status_display": "Shipped",
    "payment_status": "paid",
    **SUMS,
    "items_count": 1,
    "goods": ["Organic Rice"],
    "tracking_number": "TRK1234567890",
    "created_at": "2024-10-27T10:30:00Z",
    "estimated_delivery_date": "2024-10-28T18:00:00Z",
}
SALE: Final[dict[str, Any]] = {
    "id": 789,
    "order_number": "MS-20241027-A1B2C3",
    "order": 456,
    "buyer_name": "John Doe",
    "product": {"id": 50, "name": "Organic Rice", "price": "1250.00"},
    "quantity": 2,
    "total_amount": "2500.00",
    "status": "processing",
    "payment_status": "paid",
    "refunded": "0.00",
    "payment_method": "KHALTI",
    "delivery_status": "assigned",
    "delivery_id": 101,
    "tracking_number": "TRK1234567890",
    "next_try_at": None,
    "created_at": "2024-10-27T10:45:00Z",
    "delivered_at": None,
    "objection_until": None,
    "quantity_delivered": None,
}
SALE_DETAILS: Final[dict[str, Any]] = SALE | {
    "destination": {
        "customer_name": "John Doe",
        "phone_number": "+977-9841234567",
        "full_address": "Thamel, Kathmandu, Bagmati, 44600",
        "landmark": "",
        "plus_code": "",
        "latitude": 27.7172,
        "longitude": 85.3240,
        "delivery_instructions": "Call when arrived",
    },
    "destination_version": 1,
    "weight_kg": 2.5,
    "tracking_events": [CONFIRMED_EVENT],
}
MARKED: Final = {
    "status": "sale marked as delivered",
    "delivered_at": "2024-10-28T16:30:00Z",
    "objection_until": "2024-10-31T16:30:00Z",
}
SALE_INVOICE: Final[dict[str, Any]] = {name: told for name, told in INVOICE.items() if name != "transaction_id"} | {
    "sale_id": SALE["id"],
    "order_number": SALE["order_number"],
    "customer": {"name": "John Doe"},
}
ORDER_PAGE: Final = {
    "count": 25,
    "next": "http://api.example.com/api/v1/marketplace/orders/my-orders/?page=2",
    "previous": None,
    "results": [ORDER_ROW],
}
SALE_PAGE: Final = {"count": 1, "next": None, "previous": None, "results": [SALE]}

SPENT: Final = {"orders_count": 1, "units_bought": 2, "paid": 2925.00, "refunded": 0.0, "spent": 2925.00}
SPENDING: Final = SPENT | {
    "currency": "NPR",
    "months": [
        SPENT
        | {
            "month": "Kartik 2081",
            "bikram_year": 2081,
            "bikram_month": 7,
            "first_day": "2024-10-17",
            "last_day": "2024-11-15",
        }
    ],
    "earlier_months": 0,
    "counted_from": None,
}

ESTIMATE: Final[dict[str, Any]] = {
    "cart_id": CART,
    "at": "2024-10-27T10:30:00Z",
    "currency": "NPR",
    "shipping_cost": "100.00",
    "delivery_fees": "150.00",
    "parcels": [
        {
            "item_id": 101,
            "product_id": 50,
            "product_name": "Organic Rice",
            "quantity": 2,
            "seller": {"id": 7, "name": "farmer_john"},
            "weight_kg": 2.5,
            "delivery_fee": "150.00",
            "distance_km": 25.3,
            "way_minutes": {"least": 55, "most": 115},
            "arrival": {"earliest": "2024-10-27T12:00:00Z", "latest": "2024-10-27T15:45:00Z"},
            "unknown": [],
        }
    ],
}
NOT_KNOWN: Final = ESTIMATE | {
    "parcels": [
        ESTIMATE["parcels"][0]
        | {"weight_kg": None, "way_minutes": None, "arrival": None, "unknown": ["no_weight", "nobody_on_duty"]}
    ]
}

OF_OPERATIONS: Final = {
    "carts_estimate": Example(
        {"A door": {"latitude": 27.7172, "longitude": 85.3240}}, {"A window": ESTIMATE, "Nobody is there": NOT_KNOWN}
    ),
    "orders_create": Example({"A cart to order": NEW_ORDER}, {"Not paid yet": ORDER}),
    "orders_change_address": Example({"At work": OTHER_ADDRESS}, {"Goes there": READDRESSED}),
    "orders_show": Example(answers={"On its way": SHIPPED}),
    "orders_mine": Example(answers={"The first page": ORDER_PAGE}),
    "analytics_spending": Example(answers={"One month": SPENDING}),
    "sales_list_sales": Example(answers={"One sale": SALE_PAGE}),
    "sales_show": Example(answers={"A transporter has it": SALE_DETAILS}),
    "sales_sale_invoice": Example(answers={"The only sale of its order": SALE_INVOICE}),
    "sales_mark_as_delivered": Example(answers={"Marked": MARKED}),
    "sales_delivery_fee": Example(
        answers={
            "The way is known": {"delivery_fee": "150.00", "distance_km": 12.4},
            "It is not": {"delivery_fee": "100.00", "distance_km": None},
        }
    ),
}
