"""What answers hold at the least: the keys of every JSON answer that the API's source shows, and their JSON types.

A path goes through objects by dots and into arrays by ``[]``. More keys may be there.
"""

from collections.abc import Iterator
from typing import Any

ANSWERS: dict[str, dict[str, str]] = {
    "1.1 create order": {
        "number": "id customer items[].id items[].product.id items[].quantity",
        "string": (
            "order_number order_status payment_status total_amount currency items[].product.name "
            "items[].product.price items[].unit_price items[].total_price delivery.customer_name "
            "delivery.phone_number delivery.address delivery.city created_at"
        ),
        "array": "items",
        "object": "items[].product delivery",
        "bool": "can_cancel is_paid",
    },
    "2.1.1 gateways": {
        "string": (
            "status data[].slug data[].name data[].logo data[].items[].idx data[].items[].name data[].items[].logo"
        ),
        "array": "data data[].items",
    },
    "2.2.2 initiate": {
        "string": (
            "status payment_url transaction_id order_number data.pidx data.payment_url data.expires_at data.gateway"
        ),
        "object": "data",
        "number": "data.amount",
    },
    "2.3 payment status": {
        "string": (
            "status data.transaction_id data.gateway_transaction_id data.order_number data.payment_status "
            "data.gateway data.created_at data.completed_at data.inquiry_data.status"
        ),
        "object": "data data.inquiry_data",
        "number": "data.total_amount data.khalti_amount data.inquiry_data.total_amount data.inquiry_data.fee",
        "bool": "data.is_successful data.inquiry_data.refunded",
    },
    "2.4.1 callback": {
        "string": (
            "status message data.transaction_id data.payment_transaction_id data.order_number data.gateway "
            "data.marketplace_sales[].order_number data.marketplace_sales[].product_name "
            "data.marketplace_sales[].seller data.processing_time"
        ),
        "object": "data",
        "number": (
            "data.amount data.marketplace_sales[].quantity data.marketplace_sales[].total_amount data.total_items"
        ),
        "array": "data.marketplace_sales",
    },
    "2.6.1 verify": {
        "string": "status message data.transaction_id data.payment_status data.verification_result.gateway_status",
        "object": "data data.verification_result",
        "bool": (
            "data.verification_result.amount_matches data.verification_result.transaction_valid data.inventory_updated"
        ),
        "number": "data.sales_created",
    },
    "2.7.1 insufficient balance": {
        "string": "status message error_code",
        "object": "data",
        "number": "data.required_amount data.available_balance",
    },
    "2.7.1 bank down": {
        "string": "status message error_code data.bank",
        "object": "data",
        "number": "data.retry_after",
    },
    "2.7.1 card declined": {
        "string": "status message error_code data.decline_reason",
        "object": "data",
        "bool": "data.can_retry",
    },
    "2.7.1 timeout": {
        "string": "status message error_code data.expired_at",
        "object": "data",
        "number": "data.session_duration",
    },
    "2.9.3 invoice": {
        "string": (
            "invoice_number transaction_id order_number customer.name customer.email customer.phone "
            "items[].product_name items[].seller payment_method payment_date status"
        ),
        "object": "customer",
        "array": "items",
        "number": "items[].quantity items[].unit_price items[].total subtotal tax_amount shipping_cost total_amount",
    },
    "2.10.4 callback": {
        "string": (
            "status message data.transaction_id data.payment_transaction_id data.order_number data.gateway "
            "data.marketplace_sales[].order_number data.marketplace_sales[].product_name "
            "data.marketplace_sales[].seller"
        ),
        "object": "data",
        "number": (
            "data.amount data.marketplace_sales[].quantity data.marketplace_sales[].total_amount data.total_items"
        ),
        "array": "data.marketplace_sales",
    },
    "3.1 create delivery": {
        "number": "id marketplace_sale package_weight delivery_fee distance_km",
        "string": (
            "delivery_id tracking_number pickup_address delivery_address status status_display priority "
            "priority_display created_at"
        ),
        "null|string": "estimated_delivery_time",
    },
    "3.2.1 assign one": {
        "bool": "success",
        "string": (
            "message delivery_uuid assigned_transporter.name assigned_transporter.business_name "
            "assigned_transporter.vehicle_type assigned_transporter.vehicle_number assigned_transporter.phone "
            "alternatives[].name estimated_delivery_time"
        ),
        "number": (
            "delivery_id assigned_transporter.id assigned_transporter.rating score_details.distance_score "
            "score_details.rating_score score_details.capacity_score score_details.workload_score "
            "score_details.total_score alternatives[].transporter_id alternatives[].score distance_km"
        ),
        "object": "assigned_transporter score_details",
        "array": "alternatives",
    },
    "3.2.1 assign many": {
        "bool": "success",
        "array": "assignments failures",
        "number": (
            "assignments[].delivery_id assignments[].score summary.total_processed summary.successful_assignments "
            "summary.failed_assignments summary.avg_score"
        ),
        "string": (
            "assignments[].delivery_uuid assignments[].tracking_number assignments[].assigned_transporter "
            "failures[].delivery_id failures[].error"
        ),
        "object": "summary",
    },
    "3.2.2 accept": {
        "number": "id transporter.id",
        "string": (
            "delivery_id status status_display transporter.name transporter.business_name transporter.phone "
            "assigned_at estimated_delivery_time"
        ),
        "object": "transporter",
    },
    "4.1.1 order": {
        "number": "id customer items[].id items[].product.id items[].quantity tracking_events[].id",
        "string": (
            "order_number order_status order_status_display payment_status payment_status_display total_amount "
            "formatted_total currency items[].product.name items[].product.price items[].product.images[].image "
            "items[].unit_price items[].total_price delivery.customer_name delivery.phone_number delivery.address "
            "delivery.city delivery.full_address tracking_events[].status tracking_events[].message "
            "tracking_events[].created_at created_at estimated_delivery_date tracking_number"
        ),
        "array": "items items[].product.images tracking_events",
        "object": "items[].product delivery",
        "bool": "can_cancel can_refund is_paid is_delivered",
    },
    "4.1.2 my orders": {
        "number": "count results[].id results[].items_count",
        "string": (
            "next results[].order_number results[].order_status results[].order_status_display "
            "results[].payment_status results[].total_amount results[].formatted_total results[].created_at "
            "results[].estimated_delivery_date"
        ),
        "null|string": "previous",
        "array": "results",
    },
    "4.2.1 track": {
        "string": (
            "tracking_number status status_display pickup_address delivery_address estimated_delivery_time "
            "transporter.name transporter.business_name transporter.phone transporter.vehicle_type "
            "transporter.vehicle_number tracking_history[].status tracking_history[].status_display "
            "tracking_history[].message tracking_history[].timestamp tracking_history[].location.address "
            "package_details.dimensions"
        ),
        "object": "transporter package_details",
        "array": "tracking_history",
        "null|object": "tracking_history[].location",
        "number": (
            "tracking_history[].location.latitude tracking_history[].location.longitude distance_km "
            "package_details.weight package_details.value"
        ),
        "bool": "package_details.fragile package_details.requires_signature",
    },
    "4.3.1 deliveries of a transporter": {
        "number": "count results[].id results[].package_weight results[].delivery_fee results[].distance_km",
        "array": "results",
        "string": (
            "results[].delivery_id results[].tracking_number results[].status results[].priority "
            "results[].pickup_address results[].delivery_address results[].assigned_at "
            "results[].requested_pickup_date results[].estimated_delivery_time"
        ),
    },
    "4.3.2 pick up": {
        "string": "status message timestamp",
        "object": "location",
        "number": "location.latitude location.longitude",
    },
    "4.3.3 deliver": {
        "string": "status message delivered_at",
        "object": "location",
        "number": "location.latitude location.longitude earnings",
    },
    "6.2 sales": {
        "number": "count results[].id results[].quantity",
        "array": "results",
        "string": (
            "results[].order_number results[].buyer_name results[].product.name results[].product.price "
            "results[].total_amount results[].status results[].payment_status results[].delivery_status "
            "results[].created_at"
        ),
        "object": "results[].product",
    },
    "6.2 mark as delivered": {
        "string": "status delivered_at",
    },
    "6.3 bulk operation": {
        "string": "operation results.assignments[].transporter results.failures[].error",
        "object": "results",
        "number": (
            "results.successful results.failed results.assignments[].delivery_id results.assignments[].score "
            "results.failures[].delivery_id"
        ),
        "array": "results.assignments results.failures",
    },
    "7.2 empty cart": {
        "string": "status message error_code",
    },
    "7.2 not successful": {
        "string": "status message data.khalti_status data.reason",
        "object": "data",
    },
    "7.3 nobody": {
        "bool": "success",
        "string": "error suggestions[]",
        "array": "suggestions",
    },
    "7.3 too heavy": {
        "string": "detail",
        "number": "package_weight vehicle_capacity",
    },
}


def wrong_in(name: str, answer: Any) -> list[str]:
    """Every key of this answer that is missing or of another type; of an array each entry is looked at."""
    wrong = []
    for types, paths in ANSWERS[name].items():
        for path in paths.split():
            found = list(_values(answer, path.split(".")))
            if not found:
                wrong.append(f"{path} is missing")
            wrong += [f"{path} is {kind}, not {types}" for kind in found if kind not in types.split("|")]
    return wrong


def _values(value: Any, steps: list[str]) -> Iterator[str]:
    """The types of what a path leads to; "missing" for each object on the way that lacks the key."""
    if not steps:
        yield _kind(value)
        return
    key, entries = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    if value is None:  # what an object of the same path is in another entry
        return
    if not isinstance(value, dict) or key not in value:
        yield "missing"
        return
    if entries and isinstance(value[key], list):
        for entry in value[key]:
            yield from _values(entry, steps[1:])
    else:
        yield from _values(value[key], steps[1:])


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number", type(None): "null"}
    return kinds[type(value)]
