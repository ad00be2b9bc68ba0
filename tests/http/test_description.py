"""What the description of the API tells those who make clients from it."""

import json
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import pytest

from api.cli.openapi import description
from api.http.described_schemas import parts_of

Described = dict[str, Any]
TYPES = Path(__file__).parents[2] / "web" / "shared" / "api.ts"
OPERATION = re.compile(r"[a-z]+(_[a-z]+)*")


@pytest.fixture(scope="module")
def described() -> Described:
    """The description, as clients are made from it."""
    made: Described = json.loads(description())
    return made


def operations(described: Described) -> Iterator[tuple[str, Described]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def answers(described: Described, operation: Described) -> Iterator[tuple[str, Described]]:
    for status, answer in operation["responses"].items():
        named = str(answer.get("$ref", "")).rpartition("/")[2]
        yield status, described["components"]["responses"][named] if named else answer


def untyped(part: Described, schemas: Described, where: str, seen: frozenset[str] = frozenset()) -> list[str]:
    """Where a schema, or what it is made of, does not say what stands there."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return [] if name in seen else untyped(schemas[name], schemas, f"{where}>{name}", seen | {name})
    if choices := part.get("anyOf") or part.get("oneOf") or part.get("allOf"):
        return [found for choice in choices for found in untyped(choice, schemas, where, seen)]
    if "enum" in part or "const" in part:
        return []
    if part.get("type") == "array":
        return untyped(part.get("items", {}), schemas, f"{where}[]", seen)
    if part.get("type") == "object":
        fields = dict(part.get("properties", {}))
        if isinstance(part.get("additionalProperties"), dict):
            fields["*"] = part["additionalProperties"]
        inner = [found for name, one in fields.items() for found in untyped(one, schemas, f"{where}.{name}", seen)]
        return inner if fields else [where]
    return [] if part.get("type") else [where]


def test_every_answer_says_what_stands_in_it(described: Described) -> None:
    schemas = described["components"]["schemas"]
    found = [
        where
        for name, operation in operations(described)
        for status, answer in answers(described, operation)
        for kind, content in answer.get("content", {}).items()
        for where in untyped(content["schema"], schemas, f"{name} {status} {kind}")
    ]
    assert found == []


def test_an_answer_without_types_would_be_found() -> None:
    schemas = {"Free": {"type": "object"}, "Row": {"type": "object", "properties": {"free": {}}}}
    assert untyped({"$ref": "#/components/schemas/Free"}, schemas, "here") == ["here>Free"]
    assert untyped({"type": "array", "items": {"$ref": "#/Row"}}, schemas, "here") == ["here[]>Row.free"]


def test_every_answer_but_an_empty_one_has_content(described: Described) -> None:
    empty = {
        f"{name} {status}"
        for name, operation in operations(described)
        for status, answer in answers(described, operation)
        if not answer.get("content") and status not in {"204", "303"}
    }
    assert empty == set()


def test_names_of_operations_are_unique_and_made_of_tag_and_handler(described: Described) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(set(names)) == len(names) > 80
    for _, operation in operations(described):
        (tag,) = operation["tags"]
        assert operation["operationId"].startswith(tag.replace(" ", "_") + "_")
        assert OPERATION.fullmatch(operation["operationId"]), operation["operationId"]


def test_names_say_nothing_of_the_modules_that_they_come_from(described: Described) -> None:
    names = [*described["components"]["schemas"], *(one["operationId"] for _, one in operations(described))]
    assert [name for name in names if "." in name or "api_" in name or "routes" in name] == []
    assert [name for name in described["components"]["schemas"] if not re.fullmatch(r"[A-Za-z]+", name)] == []


def test_every_tag_is_explained_and_used(described: Described) -> None:
    used = {tag for _, operation in operations(described) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in described["tags"]}


def test_errors_have_the_shape_of_the_section_that_was_called(described: Described) -> None:
    def shape(path: str, method: str) -> str:
        content = dict(answers(described, described["paths"][path][method]))["400"]["content"]["application/json"]
        return str(content["schema"]["$ref"]).rpartition("/")[2]

    assert shape("/api/v1/payments/initiate", "post") == "PaymentError"
    assert shape("/api/v1/payments/refunds", "get") == "PaymentError"
    assert shape("/api/auto-assign", "post") == "AssignmentError"
    assert shape("/api/deliveries/bulk-operations", "post") == "Error"
    assert shape("/api/v1/marketplace/orders/{order_id}", "get") == "Error"


def test_the_description_says_by_what_each_route_knows_who_asks(described: Described) -> None:
    schemes = set(described["components"]["securitySchemes"])
    for name, operation in operations(described):
        for asked in operation["security"] if "security" in operation else described["security"]:
            assert set(asked) <= schemes, name
    assert described["paths"]["/api/phones/owntracks"]["post"]["security"] == [{"device_password": []}]
    assert described["paths"]["/api/v1/marketplace/products"]["get"]["security"] == []


def test_every_whole_number_of_a_path_or_query_says_where_it_ends(described: Described) -> None:
    """One without an end comes as far as the database, which then says in its own words that it cannot hold it."""
    endless = [
        f"{name} {parameter['name']}"
        for name, operation in operations(described)
        for parameter in operation.get("parameters", [])
        for kind in [parameter["schema"], *parameter["schema"].get("anyOf", [])]
        if kind.get("type") == "integer" and not {"maximum", "enum"} & (kind.keys() | parameter["schema"].keys())
    ]
    assert endless == []


def test_the_types_of_the_pages_know_every_operation(described: Described) -> None:
    written = TYPES.read_text()
    missing = [one["operationId"] for _, one in operations(described) if f"    {one['operationId']}: {{" not in written]
    assert missing == []
    assert [name for name in described["components"]["schemas"] if f"        {name}: " not in written] == []


def test_descriptions_are_the_same_whichever_python_wrote_them(described: Described) -> None:
    """Docstrings keep the indentation of their code up to Python 3.12 and lose it from 3.13 on."""
    texts = [part["description"] for part in parts_of(described) if isinstance(part.get("description"), str)]
    assert len(texts) > 100
    assert [text for text in texts if text != cleandoc(text)] == []
