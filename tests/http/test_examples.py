"""The examples in the description of the API are what the API takes and answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from litestar.routes import HTTPRoute

from api.cli.openapi import description
from api.http.described_examples import EXAMPLES
from api.http.documentation import operation_id
from api.server.app import create_app
from tests.support.world import World

Described = dict[str, Any]
JSON = "application/json"
OF_THE_CONTRACT = {
    "orders_create": "body answer",
    "orders_show": "answer",
    "orders_mine": "answer",
    "payments_gateways": "answer",
    "payments_initiate": "body answer",
    "payments_status": "answer",
    "payments_callback": "body answer",
    "payments_verify": "body answer",
    "payments_receive": "body answer",
    "invoices_show": "answer",
    "deliveries_create": "body answer",
    "assignments_auto_assign": "body answer",
    "deliveries_accept": "body answer",
    "deliveries_pick_up": "body answer",
    "deliveries_deliver": "body answer",
    "deliveries_track": "answer",
    "transporters_deliveries": "answer",
    "sales_list_sales": "answer",
    "sales_show": "answer",
    "sales_mark_as_delivered": "answer",
    "assignments_bulk": "body answer",
}
"""Operations, and what the contract shows of each."""


@pytest.fixture(scope="module")
def described() -> Described:
    """The description, as clients are made from it."""
    made: Described = json.loads(description())
    return made


def contents(described: Described) -> Iterator[tuple[str, Described]]:
    """Bodies and answers, errors too, that have an example, under a name that says where they are."""
    for methods in described["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            if body := operation.get("requestBody", {}).get("content", {}).get(JSON):
                yield f"{name} body", body
            for status, answer in operation["responses"].items():
                if status.startswith("2") and JSON in answer.get("content", {}):
                    yield f"{name} answer", answer["content"][JSON]
    for name, answer in described["components"]["responses"].items():
        yield f"{name} error", answer["content"][JSON]


def shown(described: Described) -> Iterator[tuple[str, Described, Any]]:
    for where, content in contents(described):
        for named in content.get("examples", {}).values():
            yield where, content["schema"], named["value"]


def problems(described: Described, where: str, schema: Described, example: object) -> list[str]:
    """What of an example its schema does not allow; of an answer also keys that it does not know."""
    schemas = described["components"]["schemas"]
    whole = {"components": {"schemas": closed(schemas) if where.endswith(" answer") else schemas}, **schema}
    return [str(error) for error in jsonschema_rs.validator_for(whole).iter_errors(example)]


def closed(schemas: Described) -> Described:
    """The schemas without room for keys that they do not name, where they do not say what such keys hold."""
    return {
        name: {"additionalProperties": False} | schema if schema.get("type") == "object" else schema
        for name, schema in schemas.items()
    }


def test_every_operation_of_the_contract_shows_what_the_contract_shows(described: Described) -> None:
    found = {where for where, _, _ in shown(described)}
    wanted = {f"{operation} {part}" for operation, parts in OF_THE_CONTRACT.items() for part in parts.split()}
    assert wanted - found == set()


def test_every_route_of_proofs_and_uploads_shows_what_is_sent_and_what_comes_back(described: Described) -> None:
    found = {where for where, _, _ in shown(described)}
    about = {
        operation["operationId"]
        for path, methods in described["paths"].items()
        for operation in methods.values()
        if re.search(r"/(proof|uploads|code|pickup|deliver|attempts)(/|$)", path)
    }
    wanted = {where for where, _ in contents(described) if where.split()[0] in about}
    assert len(about) > 12
    assert wanted - found == set()


def test_every_example_is_what_its_schema_says(described: Described) -> None:
    wrong = [
        (where, found)
        for where, schema, example in shown(described)
        if (found := problems(described, where, schema, example))
    ]
    assert wrong == []


def test_an_example_that_lacks_a_key_or_has_one_too_many_would_be_found(described: Described) -> None:
    where, schema, example = next(one for one in shown(described) if one[0] == "deliveries_create answer")
    assert problems(described, where, schema, example) == []
    lacking = {name: value for name, value in example.items() if name != "tracking_number"}
    assert problems(described, where, schema, lacking)
    assert problems(described, where, schema, example | {"colour": "red"})
    assert problems(described, where, schema, example | {"package_weight": "2.5"})


def test_every_error_of_the_description_shows_one(described: Described) -> None:
    errors = {name for name, _ in contents(described) if name.endswith(" error")}
    assert errors == {where for where, _, _ in shown(described) if where.endswith(" error")}


def test_every_example_of_a_body_is_what_its_route_takes_and_none_is_of_no_route(world: World) -> None:
    taken, named = set(), set()
    for route in create_app(world.server.services).routes:
        for handler, _ in route.route_handler_map.values() if isinstance(route, HTTPRoute) else ():
            named |= handler.opt.get(EXAMPLES, {}).keys()
            name = operation_id(handler, None, None) if handler.resolve_include_in_schema() else ""
            if example := handler.opt.get(EXAMPLES, {}).get(name):
                taken.add(name)
                if handler.parsed_data_field is not None:
                    for body in example.bodies.values():
                        msgspec.convert(body, handler.parsed_data_field.annotation)
    assert named - taken == set()
