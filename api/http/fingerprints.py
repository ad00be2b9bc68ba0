"""What a request asks for, as one text: the same for every way of writing it.

Chunks, blanks, the order of keys, a form's boundary and `27.70` for `27.7` make no other request; another amount does.
"""

import asyncio
import hashlib
from typing import Any

import msgspec
from litestar.types import Scope

from api.http.forms import FILES, is_form, read_form
from api.http.texts import tidied
from dispatch.errors import Invalid

# Decoding and hashing more than this takes longer than a request should hold the loop.
OFF_LOOP_BYTES = 65_536


async def fingerprint(scope: Scope, body: bytes) -> str:
    """Of path, query and body; the body as what the route reads it as, else as JSON, else byte by byte."""
    if len(body) < OFF_LOOP_BYTES:
        return _fingerprint(scope, body)
    return await asyncio.to_thread(_fingerprint, scope, body)


def _fingerprint(scope: Scope, body: bytes) -> str:
    path = scope["path"].rstrip("/").encode()
    whole = hashlib.sha256()
    for part in (path, scope["query_string"], _canonical(scope, body)):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _canonical(scope: Scope, body: bytes) -> bytes:
    handler: Any = scope.get("route_handler")
    field = getattr(handler, "parsed_data_field", None)
    if field is None or not body.strip():
        return body
    try:
        content = _content(scope, body, handler)
    except (msgspec.DecodeError, RecursionError, ValueError, Invalid):
        return body
    try:
        content = msgspec.convert(tidied(content, field.annotation)[0], field.annotation, strict=True)
    except (msgspec.ValidationError, RecursionError):
        content = _plain(content)
    return msgspec.json.encode(content, order="deterministic")


def _content(scope: Scope, body: bytes, handler: Any) -> Any:  # noqa: ANN401  # any JSON
    files, said = handler.opt.get(FILES), dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    if files is None or not is_form(said):
        return msgspec.json.decode(body)
    content, problems = read_form(body, said, handler.parsed_data_field.annotation, files)
    return [content, problems] if problems else content


def _plain(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """A body that the route refuses anyway; 1.0 and 1 are the same number there too."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
