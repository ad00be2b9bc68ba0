"""Examples of payments for the description of the API."""

from typing import Any, Final

from api.http.described_examples import Example

PAYMENT = "d4e5f6a7-b8c9-40d1-82e3-f4a5b6c7d8e9"
NUMBER = "PMT-20241027-X1Y2Z3"
PIDX = "khalti_payment_idx_123456"
PAYMENT_URL = "https://pay.khalti.com/epayment/initiate/?token=xyz123"
SUMS: Final = {"subtotal": 2500.00, "tax_amount": 325.00, "shipping_cost": 100.00, "total_to_pay": 2925.00}
GATEWAYS: Final[dict[str, Any]] = {
    "status": "success",
    "data": [
        {
            "slug": "KHALTI",
            "name": "Khalti Wallet",
            "logo": "https://khalti-static.s3.ap-south-1.amazonaws.com/media/kpg/wallet.svg",
            "items": [],
        },
        {
            "slug": "MOBILE_BANKING",
            "name": "Mobile Banking",
            "logo": "https://khalti-static.s3.ap-south-1.amazonaws.com/media/kpg/mbanking.svg",
            "items": [
                {
                    "idx": "global_ime_bank",
                    "name": "Global IME Bank",
                    "logo": "https://khalti-static.s3.ap-south-1.amazonaws.com/media/bank_logo/global_ime_bank.jpg",
                }
            ],
        },
    ],
    "public_key": None,
}


def _opening(gateway: str, **more: str) -> dict[str, Any]:
    return {
        "cart_id": 123,
        "gateway": gateway,
        **more,
        "return_url": "https://yourapp.com/payment/return",
        "customer_name": "John Doe",
        "customer_email": "john@example.com",
        "customer_phone": "+977-9841234567",
        "tax_amount": "325.00",
        "shipping_cost": "100.00",
    }


OPENED: Final[dict[str, Any]] = {
    "status": "success",
    "payment_url": PAYMENT_URL,
    "transaction_id": PAYMENT,
    "order_number": NUMBER,
    "data": {
        "pidx": PIDX,
        "payment_url": PAYMENT_URL,
        "expires_at": "2024-10-27T11:30:00Z",
        "gateway": "KHALTI",
        "amount": 2925.00,
        **SUMS,
        "held_until": "2024-10-27T11:45:00Z",
    },
}
STATUS: Final[dict[str, Any]] = {
    "status": "success",
    "data": {
        "transaction_id": PAYMENT,
        "gateway_transaction_id": "khalti_txn_789",
        "order_number": NUMBER,
        "payment_status": "completed",
        "gateway": "KHALTI",
        "total_amount": 2925.00,
        **SUMS,
        "is_successful": True,
        "khalti_amount": 2925.00,
        "created_at": "2024-10-27T10:30:00Z",
        "completed_at": "2024-10-27T10:45:00Z",
        "failure_reason": None,
        "failure": None,
        "refunded_amount": 0.0,
        "inquiry_data": {"status": "Completed", "total_amount": 292500, "fee": 2925, "refunded": False},
    },
}
CALLBACK: Final[dict[str, Any]] = {
    "pidx": PIDX,
    "status": "Completed",
    "total_amount": 292500,
    "transaction_id": "khalti_txn_789",
    "fee": 2925,
    "refunded": False,
    "purchase_order_id": PAYMENT,
    "purchase_order_name": NUMBER,
}
SETTLED: Final[dict[str, Any]] = {
    "status": "success",
    "message": "Payment completed successfully",
    "data": {
        "transaction_id": "khalti_txn_789",
        "payment_transaction_id": PAYMENT,
        "order_number": NUMBER,
        "amount": 2925.00,
        **SUMS,
        "gateway": "KHALTI",
        "marketplace_sales": [
            {
                "id": 789,
                "order_number": "MS-20241027-A1B2C3",
                "product_name": "Organic Rice",
                "quantity": 2,
                "total_amount": 2500.00,
                "seller": "farmer_john",
            }
        ],
        "total_items": 1,
        "processing_time": "2024-10-27T10:45:15Z",
    },
}
VERIFIED: Final[dict[str, Any]] = {
    "status": "success",
    "message": "Payment verification completed",
    "data": {
        "transaction_id": PAYMENT,
        "payment_status": "completed",
        "failure": None,
        "verification_result": {"gateway_status": "Completed", "amount_matches": True, "transaction_valid": True},
        "sales_created": 2,
        "inventory_updated": True,
    },
}
WEBHOOK: Final[dict[str, Any]] = {
    "event": "payment.completed",
    "data": {
        "transaction_id": "khalti_txn_789",
        "pidx": PIDX,
        "status": "Completed",
        "amount": 292500,
        "timestamp": "2024-10-27T10:45:00Z",
    },
    "signature": "webhook_signature_hash",
}
RECEIVED: Final[dict[str, Any]] = {
    "status": "success",
    "message": "Payment completed successfully",
    "data": {"transaction_id": PAYMENT, "payment_status": "completed", "failure": None},
}
INVOICE: Final[dict[str, Any]] = {
    "invoice_number": "INV-20241027-001",
    "transaction_id": PAYMENT,
    "order_number": NUMBER,
    "issuer": {"name": "The shop", "address": "Kathmandu", "tax_number": "600000001"},
    "customer": {"name": "John Doe", "email": "john@example.com", "phone": "+977-9841234567"},
    "customer_address": "Thamel, Kathmandu",
    "items": [
        {
            "product_name": "Organic Rice",
            "quantity": 2,
            "unit_price": 1250.00,
            "total": 2500.00,
            "seller": "farmer_john",
        }
    ],
    "subtotal": 2500.00,
    "tax_amount": 325.00,
    "shipping_cost": 100.00,
    "total_amount": 2925.00,
    "total_to_pay": 2925.00,
    "vat_rate": 0.13,
    "taxable_amount": 2500.00,
    "payment_method": "KHALTI",
    "payment_date": "2024-10-27T10:45:00Z",
    "status": "paid",
    "fiscal_year": "2081/82",
    "issued_at": "2024-10-27T10:45:15Z",
    "credit_notes": [],
}

OF_OPERATIONS: Final = {
    "payments_gateways": Example(answers={"Two of the five": GATEWAYS}),
    "payments_initiate": Example(
        {
            "Khalti wallet": _opening("KHALTI"),
            "SCT card": _opening("SCT"),
            "Connect IPS": _opening("CONNECT_IPS"),
            "Mobile banking, with its bank": _opening("MOBILE_BANKING", bank="global_ime_bank"),
            "E-banking, with its bank": _opening("EBANKING", bank="himali_bank"),
        },
        {"Opened": OPENED},
    ),
    "payments_status": Example(answers={"Paid": STATUS}),
    "payments_callback": Example({"From the gateway": CALLBACK}, {"Paid": SETTLED}),
    "payments_verify": Example(
        {"Looked up anew": {"transaction_id": PAYMENT, "force_verify": False}}, {"Paid": VERIFIED}
    ),
    "payments_receive": Example({"From the gateway, signed": WEBHOOK}, {"Paid": RECEIVED}),
    "invoices_show": Example(answers={"Of a paid order": INVOICE}),
}
