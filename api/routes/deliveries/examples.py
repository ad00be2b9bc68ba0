"""Examples of deliveries and assignments for the description of the API."""

from typing import Any, Final

from api.http.described_examples import Example

DELIVERY = "f1a2b3c4-d5e6-47f8-99a0-b1c2d3e4f5a6"
NEW: Final[dict[str, Any]] = {
    "marketplace_sale_id": 789,
    "pickup_address": "Farm Location, Bhaktapur",
    "pickup_latitude": 27.6710,
    "pickup_longitude": 85.4298,
    "pickup_contact_name": "Farmer John",
    "pickup_contact_phone": "+977-9841111111",
    "pickup_instructions": "Call 30 minutes before pickup",
    "delivery_address": "Thamel, Kathmandu",
    "delivery_latitude": 27.7172,
    "delivery_longitude": 85.3240,
    "delivery_contact_name": "John Doe",
    "delivery_contact_phone": "+977-9841234567",
    "delivery_instructions": "Call when arrived",
    "package_weight": 2.5,
    "package_dimensions": "30x20x15 cm",
    "package_value": 2500.00,
    "fragile": False,
    "requires_signature": True,
    "special_instructions": "Handle with care",
    "priority": "normal",
    "delivery_fee": 150.00,
    "requested_pickup_date": "2024-10-28T09:00:00Z",
    "requested_delivery_date": "2024-10-28T18:00:00Z",
}
ROW: Final[dict[str, Any]] = {
    "id": 101,
    "delivery_id": DELIVERY,
    "tracking_number": "TRK1234567890",
    "status": "assigned",
    "status_display": "Assigned",
    "priority": "normal",
    "pickup_address": "Farm Location, Bhaktapur",
    "pickup_latitude": 27.6710,
    "pickup_longitude": 85.4298,
    "delivery_address": "Thamel, Kathmandu",
    "delivery_latitude": 27.7172,
    "delivery_longitude": 85.3240,
    "package_weight": 2.5,
    "delivery_fee": 150.00,
    "distance_km": 25.3,
    "assigned_at": "2024-10-27T11:00:00Z",
    "requested_pickup_date": "2024-10-28T09:00:00Z",
    "estimated_delivery_time": "2024-10-28T16:30:00Z",
    "created_at": "2024-10-27T10:45:00Z",
}
PAGE: Final = {"count": 1, "next": None, "previous": None}
STOPS: Final = [
    {"kind": "pickup", "number": 1, "estimated_time": "2024-10-28T14:10:00Z"},
    {"kind": "dropoff", "number": 3, "estimated_time": "2024-10-28T16:30:00Z"},
]
OF_TRANSPORTER: Final = PAGE | {"results": [ROW | {"stops": STOPS}]}
OF_DISPATCHER: Final = PAGE | {
    "results": [
        ROW
        | {
            "transporter": 25,
            "transporter_name": "Ram Bahadur",
            "seller": 12,
            "seller_name": "farmer_john",
            "ended_at": None,
            "ready_at": None,
            "hold": None,
            "on_hold": None,
            "ending": None,
            "return_of": None,
            "flags": ["far_from_address"],
            "flagged_step": {
                "status": "picked_up",
                "at": "2024-10-28T14:10:00Z",
                "told_at": "2024-10-28T14:10:02Z",
                "transporter": 25,
                "flags": ["far_from_address"],
            },
        }
    ]
}
CREATED: Final[dict[str, Any]] = ROW | {
    "marketplace_sale": 789,
    "status": "available",
    "status_display": "Available for Assignment",
    "priority_display": "Normal",
    "assigned_at": None,
    "estimated_delivery_time": None,
}
ACCEPTED: Final[dict[str, Any]] = {
    "id": 101,
    "delivery_id": DELIVERY,
    "tracking_number": "TRK1234567890",
    "status": "assigned",
    "status_display": "Assigned",
    "transporter": {
        "id": 25,
        "name": "Ram Bahadur",
        "business_name": "Quick Transport",
        "phone": "+977-9841555555",
    },
    "assigned_at": "2024-10-27T11:00:00Z",
    "estimated_pickup_time": "2024-10-28T10:00:00Z",
    "estimated_delivery_time": "2024-10-28T16:30:00Z",
}
FARM: Final = {"latitude": 27.6710, "longitude": 85.4298}
DOOR: Final = {"latitude": 27.7172, "longitude": 85.3240}
PICKED_UP: Final[dict[str, Any]] = {
    "status": "picked_up",
    "message": "Delivery marked as picked up",
    "timestamp": "2024-10-28T09:30:00Z",
    "noticed_at": "2024-10-28T09:30:00Z",
    "location": FARM,
}
DELIVERED: Final[dict[str, Any]] = {
    "status": "delivered",
    "message": "Delivery completed successfully",
    "delivered_at": "2024-10-28T16:25:00Z",
    "noticed_at": "2024-10-28T16:25:00Z",
    "location": DOOR,
    "earnings": 135.00,
    "part": None,
}


def _step(status: str, message: str, at: str, location: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "status": status,
        "status_display": status.replace("_", " ").title(),
        "message": message,
        "timestamp": at,
        "noticed_at": at,
        "location": location,
    }


TRACKED: Final[dict[str, Any]] = {
    "tracking_number": "TRK1234567890",
    "status": "in_transit",
    "status_display": "In Transit",
    "ending": None,
    "ended_at": None,
    "pickup_address": "Farm Location, Bhaktapur",
    "delivery_address": "Thamel, Kathmandu",
    "delivery_area": {
        "cell": "tuutm9",
        "latitude": 27.7185,
        "longitude": 85.3253,
        "height_deg": 0.0055,
        "width_deg": 0.011,
    },
    "estimated_delivery_time": "2024-10-28T16:30:00Z",
    "requested_delivery_date": "2024-10-28T18:00:00Z",
    "planned_delivery_time": "2024-10-28T16:30:00Z",
    "eta": {"earliest": "2024-10-28T16:20:00Z", "latest": "2024-10-28T16:45:00Z", "stops_before": 2},
    "position": {
        "lat": 27.6950,
        "lon": 85.3800,
        "recorded_at": "2024-10-28T10:15:00Z",
        "accuracy_m": 8.0,
        "age_s": 2.4,
    },
    "transporter": {
        "name": "Ram Bahadur",
        "business_name": "Quick Transport",
        "phone": "+977-9841555555",
        "vehicle_type": "motorcycle",
        "vehicle_number": "BA-1-PA-1234",
    },
    "attempts": [],
    "next_try": None,
    "tries_left": 3,
    "can_reschedule": False,
    "on_hold": None,
    "objection": None,
    "objects_until": None,
    "return_ended": None,
    "tracking_history": [
        _step("assigned", "Package assigned to transporter", "2024-10-27T11:00:00Z", None),
        _step(
            "picked_up",
            "Package picked up from sender",
            "2024-10-28T09:30:00Z",
            FARM | {"address": "Farm Location, Bhaktapur"},
        ),
        _step(
            "in_transit",
            "Package is on the way",
            "2024-10-28T10:15:00Z",
            {"latitude": 27.6950, "longitude": 85.3800, "address": "Ring Road, Kathmandu"},
        ),
    ],
    "events": [
        {
            "kind": "arrived_at_pickup",
            "message": "Transporter arrived at the pickup",
            "timestamp": "2024-10-28T09:25:00Z",
            "noticed_at": "2024-10-28T09:25:00Z",
            "location": FARM,
        }
    ],
    "distance_km": 25.3,
    "package_details": {
        "weight": 2.5,
        "dimensions": "30x20x15 cm",
        "value": 2500.00,
        "fragile": False,
        "requires_signature": True,
    },
    "hidden": [],
    "code_shows": [],
}
OPTIMUM: Final = {"certified_optimal": True, "planned_total": 340.8, "upper_bound": 340.8, "dry_run": False}
PREVIEW: Final[dict[str, Any]] = {
    "quality": {
        "total": 88.9,
        "upper_bound": 88.9,
        "gap": 0.0,
        "certified_optimal": True,
        "distance_km": 3.1,
        "greedy_total": 88.9,
        "greedy_distance_km": 3.1,
        "greedy_pairs": 1,
    },
    "pairs": [
        {
            "delivery_id": 101,
            "transporter_id": 25,
            "locked": False,
            "distance_km": 3.1,
            "scores": {"distance": 84.5, "rating": 96.0, "capacity": 100.0, "workload": 75.0, "total": 88.9},
        }
    ],
}
ASSIGNED: Final[dict[str, Any]] = {
    "success": True,
    "message": "Delivery assigned successfully",
    "delivery_id": 101,
    "delivery_uuid": DELIVERY,
    "tracking_number": "TRK1234567890",
    "assigned_transporter": {
        "id": 25,
        "name": "Ram Bahadur",
        "business_name": "Quick Transport",
        "vehicle_type": "motorcycle",
        "vehicle_number": "BA-1-PA-1234",
        "rating": 4.8,
        "phone": "+977-9841555555",
    },
    "score_details": {
        "distance_score": 85,
        "rating_score": 96,
        "capacity_score": 100,
        "workload_score": 75,
        "total_score": 89,
    },
    "alternatives": [{"transporter_id": 30, "name": "Hari Singh", "score": 82}],
    "distance_km": 25.3,
    "estimated_delivery_time": "2024-10-28T16:30:00Z",
    "dry_run": False,
    "plan": None,
}
SHOWN: Final = ASSIGNED | {
    "message": "Nothing was assigned: this is what would be",
    "dry_run": True,
    "plan": PREVIEW,
}
ASSIGNED_MANY: Final[dict[str, Any]] = {
    "success": True,
    "assignments": [
        {
            "delivery_id": 101,
            "delivery_uuid": DELIVERY,
            "tracking_number": "TRK1234567890",
            "assigned_transporter": "Ram Bahadur",
            "transporter_id": 25,
            "score": 89,
        }
    ],
    "summary": {
        "total_processed": 5,
        "successful_assignments": 4,
        "failed_assignments": 1,
        "avg_score": 85.2,
        **OPTIMUM,
    },
    "failures": [
        {
            "delivery_id": "102",
            "error": "No available transporters found",
            "reason": "Nobody is online, available and verified.",
        },
    ],
    "plan": None,
}
BULK: Final[dict[str, Any]] = {
    "operation": "auto_assign",
    "results": {
        "successful": 2,
        "failed": 1,
        "assignments": [{"delivery_id": 101, "transporter": "Ram Bahadur", "transporter_id": 25, "score": 89}],
        "failures": [
            {
                "delivery_id": 103,
                "error": "No available transporters",
                "reason": "Nobody is online, available and verified.",
            }
        ],
        **OPTIMUM,
        "plan": None,
    },
}
SHOWN_BULK: Final[dict[str, Any]] = {
    "operation": "auto_assign",
    "results": BULK["results"] | {"successful": 1, "dry_run": True, "plan": PREVIEW},
}
PHOTO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

OF_OPERATIONS: Final = {
    "deliveries_create": Example({"All that may be said": NEW}, {"Waiting for a transporter": CREATED}),
    "deliveries_accept": Example(
        {"With a time": {"estimated_pickup_time": "2024-10-28T10:00:00Z", "notes": "Will pickup in the morning"}},
        {"Accepted": ACCEPTED},
    ),
    "deliveries_pick_up": Example(
        {"With a photo": FARM | {"notes": "Package collected from farm", "pickup_photo": PHOTO}},
        {"Picked up": PICKED_UP},
    ),
    "deliveries_deliver": Example(
        {
            "With photo and signature": DOOR
            | {
                "notes": "Delivered to customer",
                "delivery_photo": PHOTO,
                "signature": PHOTO,
                "customer_rating": 5,
            },
            "With a photo that was sent in parts": DOOR
            | {"delivery_photo": "upload:0b8c7c1e-2f53-4a8e-9b43-1d0c1f6f2a77", "code": "4711"},
        },
        {"Delivered": DELIVERED},
    ),
    "deliveries_track": Example(answers={"On its way": TRACKED}),
    "deliveries_list_deliveries": Example(answers={"One delivery": OF_DISPATCHER}),
    "assignments_auto_assign": Example(
        {
            "One delivery": {"delivery_id": 101},
            "Only look": {"delivery_id": 101, "dry_run": True},
            "All that wait": {
                "priority_filter": "high",
                "vehicle_type_filter": "motorcycle",
                "max_assignments": 20,
                "time_range_hours": 24,
            },
        },
        {"One delivery": ASSIGNED, "Only looked at": SHOWN, "All that wait": ASSIGNED_MANY},
    ),
    "assignments_bulk": Example(
        {
            "Assign some": {
                "operation": "auto_assign",
                "delivery_ids": [101, 102, 103],
                "parameters": {"max_assignments": 10, "priority_filter": "high"},
            },
            "Only look": {"operation": "auto_assign", "delivery_ids": [101, 103], "parameters": {"dry_run": True}},
            "Take some back": {
                "operation": "unassign",
                "delivery_ids": [101, 102],
                "parameters": {"reason": "too_late", "note": "The bridge is closed"},
            },
        },
        {"Assigned, but one": BULK, "Only looked at": SHOWN_BULK},
    ),
}
