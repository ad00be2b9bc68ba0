"""The description of the API is what the API does, found out by requests that are made from it."""

import os
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.core.result import Ok

from tests.support.described_calls import Budget, Contradictions
from tests.support.described_unfitting import unfitting
from tests.support.own_database import world_of_its_own
from tests.support.world import World

FEW = Budget(examples=2, batch=2)
# By hand also in parts: DESCRIBED_PATHS='^/api/offers' DESCRIBED_SECONDS=500 DESCRIBED_SEED=3.
MANY = Budget(
    examples=400,
    batch=20,
    seconds=float(os.environ.get("DESCRIBED_SECONDS", "3600")),
    seed=int(os.environ.get("DESCRIBED_SEED", "1")),
    paths=os.environ.get("DESCRIBED_PATHS", ""),
)
ROLES = dict.fromkeys(("give", "take"), "no role is given and taken at once, and none by oneself that only others give")
PRICES = dict.fromkeys(("listed_price", "price", "discounted_price"), "is more than nothing; a discount is less") | {
    "category_id": "is one of the shop's"
}
CATEGORY = {"parent_id": "is another one, and not too deep"}
TRANSPORTER = {"documents": "are of different kinds", "max_active": "ends at a setting"}
AREA = {"lat": "goes with lon", "lon": "goes with lat", "radius_km": "goes with both"}
PLACE = {
    "district": "is one of 77, near the place",
    "state": "is the province of the district",
    "plus_code": "is one, near the place; a short one goes with a district or a point",
}
DOOR = {"address": "fits in a line with what is named beside it", "latitude": "is given where the door before has one"}
TABLE = {"file": "is a table with the columns of its kind"}
AGE = {"age_minimum": "goes with the age at the drop-off"}
VEHICLE = "is one that somebody has"
PICTURE = "as a file of a form is a whole picture"
RING = {"area.coordinates": "does not cross itself", "area.coordinates[]": "ends where it begins"}
# What no schema can say: an operation, and the fields of which it may say that they do not fit, and why.
BEYOND_SCHEMAS: dict[str, dict[str, str]] = {
    "POST /api/v1/auth/password/reset": {"token": "is that of a link that was sent"},
    "POST /api/v1/auth/verify-email": {"token": "is that of a link that was sent"},
    "POST /api/v1/auth/email/verify": {"token": "is that of a link that was sent"},
    "POST /api/v1/auth/email": {"email": "is another one than the account has"},
    "POST /api/v1/auth/roles": ROLES,
    "POST /api/v1/users/{user_id}/roles": ROLES,
    "POST /api/v1/marketplace/addresses": PLACE,
    "POST /api/v1/marketplace/orders/{order_id}/address": PLACE | DOOR,
    "PATCH /api/v1/marketplace/addresses/{address_id}": PLACE | {"latitude": "goes with longitude"},
    "POST /api/v1/marketplace/orders/create": {f"delivery_info.{name}": words for name, words in PLACE.items()}
    | {"address_id": "is that of an address that one keeps", "cart_id": "is that of a cart with something in it"},
    "POST /api/v1/marketplace/orders/{order_id}/refund": {"amount": "ends with what is left of what was paid"},
    "POST /api/v1/payments/{transaction_id}/refund": {"amount": "ends with what is left of what was paid"},
    "POST /api/v1/payments/refunds/{refund_id}/approve": {"amount": "ends with what was asked for"},
    "POST /api/v1/payments/held/{transaction_id}/refund": {"already_refunded": "ends with what was paid"},
    "POST /api/v1/marketplace/categories": CATEGORY,
    "PATCH /api/v1/marketplace/categories/{category_id}": CATEGORY,
    "POST /api/v1/marketplace/products": PRICES,
    "PATCH /api/v1/marketplace/products/{product_id}": PRICES,
    "POST /api/v1/marketplace/products/{product_id}/stock": {"change": "is not 0"},
    "POST /api/v1/marketplace/products/{product_id}/images": {"image": "has room beside those of its product"},
    "POST /api/v1/payments/initiate": {
        "return_url": "lies on a host of the shop's list, and is required where the shop has none of its own",
        "bank": "is one of the gateway's list",
        "shipping_cost": "is one of the shop's list",
        "tax_amount": "is no less than the law says of what is in the cart",
    },
    "POST /api/v1/payments/webhook": {"signature": "is made with a secret"},
    "POST /api/transporters": TRANSPORTER,
    "PATCH /api/transporters/me": TRANSPORTER,
    "PUT /api/transporters/me/shifts": {"shifts": "do not overlap", "shifts[].ends": "lies after begins"},
    "POST /api/transporters/{transporter_id}/verify": {"max_active": "ends at a setting"},
    "POST /api/transporters/me/documents": {"expires_on": "lies ahead, and is missing for an identity document alone"},
    "GET /api/deliveries": AREA | {"zone": "is one that there is"},
    "GET /api/transporters": AREA | {"zone": "is one that there is"},
    "GET /api/v1/marketplace/orders": {"zone": "is one that there is"},
    "GET /api/transporters/tracks": AREA | {"to": "lies within a day after from"},
    "GET /api/marketplace/sales/{sale_id}/delivery-fee": {
        "pickup_latitude": "goes with pickup_longitude",
        "pickup_longitude": "goes with pickup_latitude",
        "delivery_latitude": "goes with delivery_longitude",
        "delivery_longitude": "goes with delivery_latitude",
    },
    "GET /api/transporters/nearby": {"radius_km": "ends at a setting"},
    "POST /api/deliveries/create": {
        "requested_delivery_date": "does not lie before the pickup",
        "delivery_fee": "ends at a setting",
        "package_value": "ends at a setting",
        "package_weight": "is required where the sold product has none",
        "proof.age_minimum": "goes with the age at the drop-off",
    },
    "POST /api/imports/products": TABLE,
    "POST /api/imports/transporters": TABLE,
    "POST /api/imports/deliveries": TABLE,
    "POST /api/v1/marketplace/carts/{cart_id}/delivery-estimate": PLACE,
    "POST /api/v1/marketplace/carts/{cart_id}/items": {"quantity": "ends with the stock"},
    "PATCH /api/v1/marketplace/carts/{cart_id}/items/{item_id}": {"quantity": "ends with the stock"},
    "POST /api/transporters/me/positions": {"pings[]": "have a number each"},
    "POST /api/deliveries/{delivery_id}/hold": {"until": "lies ahead"},
    "POST /api/deliveries/{delivery_id}/loss": {"amount": "goes with a damaged parcel"},
    "POST /api/deliveries/{delivery_id}/address": PLACE | DOOR,
    "POST /api/deliveries/{delivery_id}/deliver": {
        "quantity_accepted": "is one at least, and no more than the parcel holds",
        "partial_reason": "goes with a part, and is required for it",
        "delivery_photo": PICTURE,
        "signature": PICTURE,
        "scanned": "is on the parcel",
        "code": "is what the customer was told",
    },
    "POST /api/deliveries/{delivery_id}/reschedule": {
        "starts_at": "lies ahead, within the days of a setting",
        "ends_at": "lies after starts_at, within a day",
    },
    "POST /api/transporters/me/duty": {"minutes": "goes with a break, and ends at a setting"},
    "GET /api/transporters/me/earnings": dict.fromkeys(("date_from", "date_to"), "lie in years that are known"),
    "POST /api/v1/api-keys": {"expires_at": "lies ahead, within some years"},
    "GET /api/events": {"types": "are of the list of types"},
    "POST /api/webhooks": {"types": "are of the list of types"},
    "PATCH /api/webhooks/{webhook_id}": {"types": "are of the list of types"},
    "PATCH /api/sellers/me/proof": AGE,
    "PATCH /api/sellers/{seller_id}/proof": AGE,
    "POST /api/zones": RING,
    "PATCH /api/zones/{zone_id}": RING,
    "POST /api/deliveries/{delivery_id}/pickup": {
        "pickup_photo": PICTURE,
        "signature": PICTURE,
        "scanned": "is on the parcel",
    },
    "POST /api/deliveries/{delivery_id}/attempts": {"photo": PICTURE, "next_try_at": "lies within some days"},
    "POST /api/auto-assign": {"vehicle_type_filter": VEHICLE},
    "POST /api/assignment-plans": {"vehicle_type_filter": VEHICLE},
    "POST /api/deliveries/bulk-operations": {"parameters.vehicle_type_filter": VEHICLE},
}


async def _contradictions(world: World, budget: Budget) -> str:
    """What the description says otherwise than the answers, as anybody gets them."""
    async with world_of_its_own(world.server) as own:
        return "\n".join(await Contradictions(own, budget, BEYOND_SCHEMAS).look())


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_requests_made_from_the_description_are_answered_to_each_role_as_it_says(world: World) -> None:
    assert await _contradictions(world, FEW) == ""


@pytest.mark.heavy
@pytest.mark.timeout(7200)
async def test_many_requests_made_from_the_description_are_answered_to_each_role_as_it_says(world: World) -> None:
    assert await _contradictions(world, MANY) == ""


def test_a_query_that_is_sent_as_one_that_fits_is_not_made_as_one_that_does_not() -> None:
    """A thing of one key is sent as that key, an empty one as an empty word, a list of nothing not at all."""
    word = {"name": "kind", "in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    many = {"name": "open", "in": "query", "schema": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}
    listing = {"get": {"parameters": [word, many], "responses": {"200": {"description": "Things."}}}}
    about = {"title": "Things", "version": "1"}
    described = schemathesis.openapi.from_dict({"openapi": "3.1.0", "info": about, "paths": {"/things": listing}})
    [found] = [one.ok() for one in described.get_all_operations() if isinstance(one, Ok)]
    sent: list[dict[str, list[str]]] = []

    @seed(1)
    @settings(max_examples=200, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=unfitting(found, {}))
    def make(case: Any) -> None:
        params = case.as_transport_kwargs(base_url="http://localhost")["params"]
        url = str(requests.Request("GET", "http://localhost/things", params=params).prepare().url)
        sent.append(parse_qs(urlsplit(url).query, keep_blank_values=True))

    make()
    assert len(sent) > 100
    assert {"open": [""]} in sent
    assert [
        query for query in sent if query.keys() <= {"kind", "open"} and all(map(_fits_a_listing, query.items()))
    ] == []


def _fits_a_listing(sent: tuple[str, list[str]]) -> bool:
    name, texts = sent
    return len(texts) == 1 and (name == "kind" or texts[0] in {"true", "false", "null"})


def test_a_body_that_fits_in_one_of_two_ways_is_not_made_as_one_that_does_not() -> None:
    """Without a reason no count is needed: leaving both out breaks the second way, and is the first one."""
    known = {"reason": {"type": "string"}, "count": {"type": "integer"}}
    ways = [{"not": {"required": ["reason"]}}, {"required": ["count"]}]
    described = {"type": "object", "properties": known, "additionalProperties": False, "anyOf": ways}
    content = {kind: {"schema": described} for kind in ("application/json", "multipart/form-data")}
    taker = {"requestBody": {"required": True, "content": content}, "responses": {"200": {"description": "yes"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "parts", "version": "1"},
        "paths": {"/parts": {"post": taker}},
        "components": {"schemas": {}},
    }
    schema = schemathesis.openapi.from_dict(document)
    operation = next(found.ok() for found in schema.get_all_operations() if isinstance(found, Ok))
    seen = list[Any]()

    @seed(5)
    @settings(max_examples=200, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=unfitting(operation, {}))
    def look(case: Any) -> None:
        seen.append(case)

    look()
    json = [case.body for case in seen if case.media_type == "application/json" and isinstance(case.body, dict)]
    form = [case.body for case in seen if case.media_type != "application/json" and isinstance(case.body, dict)]
    assert len(json) > 10
    assert len(form) > 10
    assert [body for body in json if jsonschema_rs.is_valid(described, body)] == []
    whole = [body for body in form if body.keys() == {"reason", "count"} and type(body["count"]) is int]
    assert [body for body in whole if isinstance(body["reason"], int | float)] == []  # sent as its digits


async def test_bodies_are_described_as_closed_and_public_routes_as_open(world: World) -> None:
    described = (await world.http.get("/schema/openapi.json")).json()
    order = described["paths"]["/api/v1/marketplace/orders/create"]["post"]
    name = order["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert described["components"]["schemas"][name]["additionalProperties"] is False
    assert "additionalProperties" not in described["components"]["schemas"]["CallbackBody"]
    assert described["paths"]["/api/v1/marketplace/products"]["get"]["security"] == []
    assert order["responses"]["415"]["$ref"].endswith("/Error415")


async def test_the_description_of_a_body_says_what_its_fields_and_they_together_may_be(world: World) -> None:
    schemas = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    delivery, order = schemas["NewDelivery"], schemas["AddressBody"]
    fee, _ = delivery["properties"]["delivery_fee"]["anyOf"]
    assert (fee["type"], fee["minimum"], fee["multipleOf"]) == (["string", "number"], 0, 0.01)
    assert delivery["properties"]["delivery_contact_phone"]["format"] == "phone"
    assert delivery["properties"]["delivery_address"]["format"] == "line"
    assert schemas["Registration"]["properties"]["password"]["minLength"] == 8
    assert order["anyOf"][0]["required"] == ["latitude", "longitude"]
    assert schemas["NewProduct"]["anyOf"][0]["required"] == ["listed_price"]
    assert schemas["Initiation"]["anyOf"][0]["required"] == ["bank"]


async def test_words_of_machines_that_must_not_be_empty_are_described_as_more_than_blanks(world: World) -> None:
    """As fields of their own that are required, as entries of a list, and where all would be meant without them."""
    schemas = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    code, types = schemas["UnlockBody"]["properties"]["code"], schemas["NewWebhook"]["properties"]["types"]["items"]
    number = next(one for one in schemas["AutoAssign"]["properties"]["delivery_id"]["anyOf"] if "maxLength" in one)
    for described in (code, types, number):
        fits = re.compile(described["pattern"]).search
        assert (bool(fits(" a ")), fits(" "), fits("\x1f\u3000"), fits("a\x00")) == (True, None, None, None)


async def test_a_text_that_counts_as_left_out_where_it_is_blank_is_not_described_as_more_than_that(
    world: World,
) -> None:
    described = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    reason, given = described["NewRefund"]["properties"]["reason"], described["HoldBody"]
    assert ("minLength" in reason, reason["format"]) == (False, "line")
    assert given["properties"]["reason"]["minLength"] == 1


async def test_the_description_is_in_the_same_order_whatever_process_writes_it(world: World) -> None:
    responses = (await world.http.get("/schema/openapi.json")).json()["components"]["responses"]
    assert list(responses) == sorted(responses)


async def test_a_field_that_takes_only_some_of_the_words_of_a_kind_says_which(world: World) -> None:
    schemas = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    [ended, _] = schemas["TrackingPrivacyChanges"]["properties"]["after_end"]["anyOf"]
    assert ended["enum"] == ["always", "code", "never"]
    assert set(schemas["Shown"]["enum"]) > set(ended["enum"])


async def test_a_whole_number_is_described_with_the_highest_that_is_taken(world: World) -> None:
    described = (await world.http.get("/schema/openapi.json")).json()
    listed = described["paths"]["/api/events"]["get"]["parameters"]
    highest = next(one["schema"]["maximum"] for one in listed if one["name"] == "after")
    admin = await world.admin()
    assert (await admin.get("/api/events/", after=highest)).status_code == 200
    assert (await admin.get("/api/events/", after=highest + 1)).status_code == 400
