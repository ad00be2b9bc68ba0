"""Answers beside the one that a handler's types say: of other statuses, and of other kinds than JSON."""

from dataclasses import dataclass
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from api.http.described_schemas import Described

ANSWERS: Final = "answers"
"""Key of them in a route's options."""

TEXT: Final[Described] = {"type": "string"}
BYTES: Final[Described] = {"type": "string", "format": "binary"}
IN_TEXT: Final = ("text/", "application/gpx+xml")
# Of a stream the schema is that of each event, as a client takes it apart.
EVENT: Final[Described] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    "required": ["data"],
}


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """An answer of a status: of which kinds of content beside the JSON that its handler's types say, if any.

    ``instead``: the handler's types say nothing of this answer that is to be told.
    """

    status: int
    words: str
    kinds: tuple[str, ...] = ()
    instead: bool = False


def also(*answers: OtherAnswer) -> dict[str, Any]:
    """For ``opt=``: what a route may answer too."""
    return {ANSWERS: answers}


def describe_answers(responses: Described, handler: HTTPRouteHandler) -> None:
    """Add them to the answers of a described route."""
    for answer in handler.opt.get(ANSWERS, ()):
        described = responses.setdefault(str(answer.status), {})
        described["description"] = answer.words
        content = {} if answer.instead else described.get("content", {})
        content |= {kind: {"schema": _schema_of(kind)} for kind in answer.kinds}
        if content:
            described["content"] = content
        else:
            described.pop("content", None)


def _schema_of(kind: str) -> Described:
    if kind == "text/event-stream":
        return EVENT
    return TEXT if kind.startswith(IN_TEXT) else BYTES
