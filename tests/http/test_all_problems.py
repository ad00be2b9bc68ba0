"""All that is wrong with a request is named at once, with what fits."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from litestar.routes import HTTPRoute
from msgspec import Meta, Struct

from api.http.bodies import MOST_PROBLEMS, problems_in
from api.http.schemas import Body
from api.server.app import create_app
from dispatch.deliveries.models import DeliveryStatus, Priority
from dispatch.ports import Presence
from tests.support.calls import CALLS, Call, Stage, make_stage
from tests.support.world import World, order_body


@pytest.fixture(scope="module")
async def stage(world: World) -> Stage:
    return await make_stage(world)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Inner(Body, frozen=True, kw_only=True):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    at: datetime | None = None


class Outer(Body, frozen=True, kw_only=True):
    number: int
    colour: Colour = Colour.RED
    size: Literal["s", "m"] | None = None
    inner: Inner | None = None
    several: Annotated[list[Inner], Meta(max_length=3)] = msgspec.field(default_factory=list)
    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError("`last` must not be before `first`")


class Open(Struct, frozen=True):
    number: int


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"number": 1}, {}),
        ({}, {"number": "is required"}),
        ([], {"body": "must be an object, not a list"}),
        (
            {"number": "x", "colour": "blue", "size": "xl"},
            {
                "number": "must be a whole number, not text",
                "colour": "must be one of red, green",
                "size": "must be one of s, m",
            },
        ),
        (
            {"inner": {"lat": 999, "at": "1900-01-01T00:00:00Z", "latt": 3}},
            {
                "number": "is required",
                "inner.lat": "must be at most 90",
                "inner.at": "must be a time in the years 2000 to 2199",
                "inner.latt": "is no field here; did you mean lat?",
            },
        ),
        (
            {"number": 1, "several": [{"lat": 1}, {"lat": "x"}, {}]},
            {"several[1].lat": "must be a number, not text", "several[2].lat": "is required"},
        ),
        ({"number": 1, "several": [{"lat": 1}] * 4}, {"several": "must have at most 3 items"}),
        (
            {"number": 1, "first": 2, "last": 1, "colour": "blue", "dry_run": True},
            {
                "colour": "must be one of red, green",
                "dry_run": "is no field here; known are colour, first, inner, last, number, several, size",
                "last": "must not be before `first`",
            },
        ),
    ],
)
def test_every_field_that_does_not_fit_is_named_with_what_fits(body: Any, problems: dict[str, str]) -> None:
    assert problems_in(Outer, body) == problems


def test_what_others_make_may_carry_more() -> None:
    assert problems_in(Open, {"number": 1, "more": 2}) == {}
    assert set(problems_in(Open, {"number": "x", "more": 2})) == {"number"}


def test_a_body_that_is_wrong_everywhere_is_not_repeated_in_full() -> None:
    kind = list[Inner]
    assert len(problems_in(kind, [{}] * 10_000)) == MOST_PROBLEMS
    unknown = problems_in(Inner, {"lat": 1} | {f"{number}" * 500: 1 for number in range(10_000)})
    assert len(unknown) <= 2 * MOST_PROBLEMS
    assert max(len(name) for name in unknown) < 200


async def test_a_blank_entry_of_a_list_is_refused_by_its_place_and_in_words_for_people(world: World) -> None:
    """As a blank field is; nothing that only our code knows stands in the answer."""
    admin = await world.admin()
    reply = await admin.post("/api/webhooks/", {"url": "https://example.com/hook", "types": ["order.paid", " "]})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"types[1]": "must have a character that can be seen"}


async def test_an_id_that_cannot_be_one_is_refused_in_words(world: World) -> None:
    customer = await world.person("customer")
    for given, words in ("d4e5f6g7", "must be a UUID, like"), (7, "must be a UUID, not a whole number"):
        reply = await customer.post("/api/v1/payments/verify/", {"transaction_id": given, "force_verify": False})
        assert reply.status_code == 400
        assert words in reply.json()["errors"]["transaction_id"]


async def test_all_wrong_fields_of_an_order_are_named_at_once(world: World) -> None:
    customer = await world.person("customer")
    body = order_body(1) | {"cart_id": "x", "payment_method": "GOLD"}
    body["delivery_info"] |= {"latitude": 999, "phone_number": "ring me"}
    reply = await customer.post("/api/v1/marketplace/orders/create/", body)
    assert reply.status_code == 400
    assert set(reply.json()["errors"]) >= {"cart_id", "delivery_info.latitude", "delivery_info.phone_number"}


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_a_key_that_a_body_does_not_have_is_refused_by_name(stage: Stage, call: Call) -> None:
    body = stage.body_of(call) | {"pretend": True}
    reply = await stage.send(call, msgspec.json.encode(body))
    if call.path == "/api/v1/payments/callback/":  # a gateway says what it likes
        assert "errors" not in reply.json()
    else:
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["pretend"]), reply.text


async def test_a_body_within_of_which_nothing_is_there_is_named_and_no_fault_of_ours(world: World) -> None:
    """The checks that routes add are asked about what fits, of bodies within too: there it may be nothing."""
    people = [await world.admin(), *[await world.person(role) for role in ("seller", "customer")], await world.driver()]
    described = (await world.http.get("/schema/openapi.json")).json()
    asked = set[str]()
    for path, method, name in _bodies_within(described):
        target = re.sub(r"{\w+}", "1", path) + "/"
        for person in people:
            body = {name: {}, "pretend": True}
            reply = await world.http.request(method, target, json=body, headers=person.headers)
            assert reply.status_code in {400, 401, 403, 404}, f"{method} {path} {name}: {reply.text}"
            asked |= {f"{path} {name}"} if reply.status_code == 400 else set()
    assert asked > {"/api/zones area", "/api/zones/{zone_id} area", "/api/v1/marketplace/orders/create delivery_info"}


def _bodies_within(described: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Path, method and field of each body that has another body within."""
    schemas = described["components"]["schemas"]

    def is_body(schema: dict[str, Any]) -> bool:
        named = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        return "properties" in named or any(is_body(one) for one in schema.get("anyOf", ()))

    found = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            schema = content.get("application/json", {}).get("schema", {})
            for one in [schema, *schema.get("anyOf", ())]:
                fields = schemas.get(one.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
                found += [(path, method.upper(), name) for name, field in fields.items() if is_body(field)]
    return found


def test_every_body_is_strict_but_the_gateways(world: World) -> None:
    open_to_more: set[str] = set()
    for route in create_app(world.server.services).routes:
        for handler, _ in route.route_handler_map.values() if isinstance(route, HTTPRoute) else ():
            field = handler.parsed_data_field
            if field is not None:
                for kind in [field.annotation] if not field.is_union else [one.raw for one in field.inner_types]:
                    if isinstance(kind, type) and issubclass(kind, Struct):
                        _collect_open(kind, open_to_more)
    assert open_to_more == {"CallbackBody"}


def _collect_open(kind: type[Struct], found: set[str]) -> None:
    if not kind.__struct_config__.forbid_unknown_fields:
        found.add(kind.__name__)
    for field in msgspec.structs.fields(kind):
        for inner in getattr(field.type, "__args__", (field.type,)):
            if isinstance(inner, type) and issubclass(inner, Struct):
                _collect_open(inner, found)


QUERIES = [
    ("/api/v1/marketplace/products/", {"page_siz": "5"}, "page_siz", "did you mean page_size?"),
    ("/api/v1/marketplace/orders/my-orders/", {"dry_run": "1"}, "dry_run", "known are page, page_size"),
    ("/api/v1/auth/me/", {"verbose": "1"}, "verbose", "none is known here"),
]


@pytest.mark.parametrize(("path", "query", "name", "words"), QUERIES)
async def test_a_parameter_that_a_route_does_not_have_is_refused_by_name(
    world: World, path: str, query: dict[str, str], name: str, words: str
) -> None:
    customer = await world.person("customer")
    reply = await customer.get(path, **query)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [name])
    assert words in reply.json()["errors"][name]


async def test_unknown_and_wrong_parameters_are_named_together(world: World) -> None:
    reply = await world.http.get("/api/v1/marketplace/products/", params={"page": "x", "page_size": 0, "sort": "up"})
    assert reply.status_code == 400
    assert set(reply.json()["errors"]) == {"page", "page_size", "sort"}


async def test_all_parameters_that_are_missing_or_wrong_are_named_at_once(world: World) -> None:
    admin = await world.admin()
    nothing = await admin.get("/api/transporters/nearby/")
    assert nothing.json()["errors"] == {"lat": "is required", "lon": "is required"}
    some = await admin.get("/api/transporters/nearby/", lat="north", limit="many", radius=3)
    assert (some.status_code, set(some.json()["errors"])) == (400, {"lat", "lon", "limit", "radius"})


async def test_a_date_that_is_none_is_named_beside_what_else_is_wrong(world: World) -> None:
    driver = await world.driver()
    own = f"/api/transporters/{driver.transporter_id}"
    deliveries = await driver.get(f"{own}/deliveries/", status="lost", date_from="2024-13-01", date_to="2024-12-01")
    assert (deliveries.status_code, set(deliveries.json()["errors"])) == (400, {"status", "date_from"})
    positions = await driver.get(f"{own}/positions/", **{"from": "yesterday", "to": "2024-12-01", "page": "0"})
    assert set(positions.json()["errors"]) == {"from", "page"}


@pytest.mark.parametrize("text", ["1e1", "1.0", "1_0", "+1", " 1", "१"])
async def test_a_whole_number_in_a_query_is_of_digits_alone(world: World, text: str) -> None:
    reply = await world.http.get("/api/v1/marketplace/products/", params={"page": text})
    assert reply.json()["errors"] == {"page": "must be a whole number, not text"}


async def test_a_parameter_with_few_values_says_which(world: World) -> None:
    bought = await world.bought()
    invoice = await bought.customer.get(f"/api/v1/payments/{bought.transaction_id}/invoice/", format="docx")
    assert invoice.json()["errors"] == {"format": "must be one of json, html, pdf"}
    orders = await bought.customer.get("/api/v1/marketplace/orders/my-orders/", status="lost", page=0)
    assert set(orders.json()["errors"]) == {"status", "page"}
    driver = await world.driver()
    positions = await driver.get(f"/api/transporters/{driver.transporter_id}/positions/", **{"from": "x" * 50})
    assert list(positions.json()["errors"]) == ["from"]
    assert "delivered" in orders.json()["errors"]["status"]


async def test_a_parameter_that_may_be_given_several_times_says_which_values_fit(world: World) -> None:
    admin = await world.admin()
    deliveries = await admin.get("/api/deliveries/", status=["available", "lost"], priority="none")
    assert deliveries.json()["errors"] == {
        "status": f"must be one of {', '.join(status.value for status in DeliveryStatus)}",
        "priority": f"must be one of {', '.join(priority.value for priority in Priority)}",
    }
    transporters = await admin.get("/api/transporters/", presence="asleep")
    assert transporters.json()["errors"] == {
        "presence": f"must be one of {', '.join(presence.value for presence in Presence)}"
    }


@pytest.mark.parametrize("name", ["search", "page", "category"])
async def test_a_parameter_that_counts_once_is_refused_twice_and_not_passed_over_in_part(
    world: World, name: str
) -> None:
    refused = await world.http.get("/api/v1/marketplace/products/", params=[(name, "1"), (name, "2")])
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [name])
    assert refused.json()["errors"][name] == "is there 2 times, and must be there once"


async def test_what_gateways_and_phones_add_to_a_query_is_ignored(world: World) -> None:
    for path in (
        "/api/v1/payments/callback/?pidx=nothing&mobile=98xxxxx904",
        "/api/phones/osmand/?id=x&lat=1&lon=1&extra=1",
    ):
        reply = await world.http.get(path)
        assert reply.status_code in {401, 404}, reply.text
