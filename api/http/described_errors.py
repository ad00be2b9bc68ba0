"""What the framework cannot know of the routes, added to the description of the API.

The errors with their statuses and shapes, which routes ask for no token, and what bodies may hold.
"""

from typing import Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.http.described_answers import describe_answers
from api.http.described_bodies import describe_body
from api.http.described_examples import describe_examples, named
from api.http.described_schemas import REFERENCE, Described
from api.http.error_examples import example_of
from api.http.error_shapes import OPTION, SHAPES, Error
from api.http.forms import FILES

RAW_BODY: Final = "raw_body"
"""Key of ``opt``: what stands in a body that its route reads byte by byte."""

JSON = "application/json"
ALSO_TELLS: Final = "also_tells"
"""Key of ``opt``: statuses of errors beyond those that its method and its door make sure of."""
MAY_CONFLICT: Final = "may_conflict"
"""For ``opt=``: the route answers 409 though it changes nothing."""

_PLAIN: Final[list[Described]] = [{"type": kind} for kind in ("null", "boolean", "number", "string")]
_OBJECT: Final[Described] = {"$ref": REFERENCE + "JsonObject"}
# A list refers to itself by way of an object alone: TypeScript cannot read it otherwise.
FREE: Final[Described] = {
    "Json": {
        "description": "Any JSON but lists of lists.",
        "anyOf": [*_PLAIN, _OBJECT, {"type": "array", "items": {"anyOf": [*_PLAIN, _OBJECT]}}],
    },
    "JsonObject": {
        "description": "An object of any JSON.",
        "type": "object",
        "additionalProperties": {"$ref": REFERENCE + "Json"},
    },
}


def error_schemas() -> Described:
    """The shapes by name. An error may say more than its shape, by its code: what is left, what would fit."""
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=REFERENCE + "{name}")
    for schema in schemas.values():
        schema["additionalProperties"] = {"$ref": REFERENCE + "Json"}
    return schemas | FREE


ALWAYS: Final = {
    400: "Some fields or parameters are missing, wrong or unknown; `errors` names each.",
    404: "There is no such thing, or not for this user.",
    429: "Too many for now; `Retry-After` says when to come back.",
    500: "A defect on our side.",
    503: "A part of the service does not answer now; `Retry-After` says when to try again.",
}
SIGNED_IN: Final = {401: "Not signed in, or no longer.", 403: "Not for this user."}
OTHERS: Final = SIGNED_IN | {410: "It was there, and is not any more."}
CHANGES: Final = {
    409: "Not as things stand.",
    422: "The Idempotency-Key was used for another request; of a handover: what was required as proof is missing.",
}
WITH_BODY: Final = {
    413: "The body is too large.",
    415: "The body says that it is nothing that the route reads: JSON, or a form where it takes files.",
}


def describe_errors(app: Litestar, description: Described) -> None:
    """Add them to a description as it is sent."""
    components = description.setdefault("components", {})
    components.setdefault("schemas", {}).update(error_schemas())
    described = components.setdefault("responses", {})
    for route in app.routes:
        operations = description["paths"].get(route.path_format) if isinstance(route, HTTPRoute) else None
        if operations is None or not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            operation = operations.get(method.lower())
            if operation is not None:
                _describe(operation, method, handler, described)
                wanted = (
                    handler.parsed_data_field.annotation if handler.parsed_data_field else handler.opt.get(RAW_BODY)
                )
                if wanted is not None:
                    files = handler.opt.get(FILES)
                    describe_body(operation, wanted, description["components"]["schemas"], files)
                describe_examples(operation, handler)
    components["responses"] = dict(sorted(described.items()))  # methods of a route come in an order of each process


def _describe(operation: Described, method: str, handler: HTTPRouteHandler, described: Described) -> None:
    wanted = dict(ALWAYS)
    if handler.opt.get("public"):
        operation["security"] = handler.opt.get("security", [])
        if method != "GET" or handler.opt.get("open_query"):  # a password or a token of another kind
            wanted[401] = SIGNED_IN[401]
    else:
        wanted |= SIGNED_IN
    if method != "GET" or handler.opt.get(MAY_CONFLICT):
        wanted |= {409: CHANGES[409]}
    if method != "GET":
        wanted |= CHANGES
        wanted |= WITH_BODY if "requestBody" in operation or handler.opt.get("open_query") else {}
    wanted |= {status: OTHERS[status] for status in handler.opt.get(ALSO_TELLS, ())}
    responses = operation.setdefault("responses", {})
    shape = handler.opt.get(OPTION, Error).__name__
    for status in sorted(wanted.keys() - (handler.responses or {}).keys()):
        name = f"{shape}{status}"
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        told = {"schema": {"$ref": REFERENCE + shape}, "examples": named({"As it is told": example_of(shape, status)})}
        described[name] = {"description": wanted[status], "content": {JSON: told}}
    describe_answers(responses, handler)
