"""Examples of bodies and answers in the description, kept beside the routes that they are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from api.http.described_schemas import Described

EXAMPLES: Final = "examples"
"""Key of them in the options of a router: by the name of the operation."""
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Example:
    """What may be sent and what comes back. ``bodies`` and ``answers`` by a sentence that says which case it is."""

    bodies: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)


def examples(by_operation: Mapping[str, Example]) -> dict[str, Any]:
    """For ``opt=`` of a router: examples of its operations."""
    return {EXAMPLES: by_operation}


def describe_examples(operation: Described, handler: HTTPRouteHandler) -> None:
    """Add them to a described operation, once its body and its answers are described."""
    example: Example | None = handler.opt.get(EXAMPLES, {}).get(operation["operationId"])
    if example is None:
        return
    if example.bodies:
        operation["requestBody"]["content"][JSON]["examples"] = named(example.bodies)
    if example.answers:
        good = min(status for status in operation["responses"] if status.startswith("2"))
        operation["responses"][good]["content"][JSON]["examples"] = named(example.answers)


def named(values: Mapping[str, Any]) -> Described:
    """Examples as OpenAPI names them, from their sentences."""
    return {
        words.lower().replace(" ", "_").replace(",", "").replace("'", ""): {"summary": words, "value": value}
        for words, value in values.items()
    }
