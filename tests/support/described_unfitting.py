"""Requests that do not fit the description, and those that were made not to and fit all the same."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import requests
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.transport.serialization import Binary

from dispatch.text import Unprintable, has_visible, several_lines

HEADER = ParameterLocation.HEADER  # who asks is said anew with each request, whatever was made of it
WORDS = frozenset({"line", "lines"})


def unfitting(operation: Any, path: Mapping[str, Any]) -> Any:
    """Requests that do not fit what is described; ``path``: what to name in it instead of anything."""
    made = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=path or None)
    return made.filter(_is_unfitting)


def _is_unfitting(case: Any) -> bool:
    """Not where nothing could be made that does not fit, nor where what was made may fit all the same."""
    mutations = getattr(case.meta.phase.data, "mutations", ())
    changed = [one for one in mutations if one.parameter_location is not HEADER]
    kinds = (_is_words_still, _is_sent_as_fitting, _is_left_out, _fits_as_it_is_sent)
    is_fitting = bool(changed) and all(any(kind(case, one) for kind in kinds) for one in changed)
    return bool(case.meta.generation.mode.is_negative) and not is_fitting


def _is_sent_as_fitting(case: Any, mutation: Any) -> bool:
    """Of a thing in a query its keys are sent, of a list its entries: one is a word like any other, none is nothing."""
    if mutation.parameter_location is not ParameterLocation.QUERY or mutation.keywords == ("format",):
        return False
    params = case.as_transport_kwargs(base_url="http://localhost")["params"]
    url = str(requests.Request("GET", "http://localhost/", params=params).prepare().url)
    sent, known = parse_qs(urlsplit(url).query, keep_blank_values=True), list(case.operation.query)
    return sent.keys() <= {one.name for one in known} and all(
        _fits_in_query(case, one.definition, sent.get(one.name, [])) for one in known
    )


def _fits_in_query(case: Any, described: dict[str, Any], texts: list[str]) -> bool:
    """Whether a parameter fits as it is sent; without quotes a number, true and null are words too."""
    if not texts:
        return not described.get("required", False)
    if len(texts) == 1 and any(_fits(case, described["schema"], one) for one in _readings(texts[0])):
        return True
    return _fits(case, described["schema"], texts)


def _readings(text: str) -> list[Any]:
    with suppress(ValueError):
        read = json.loads(text)
        return [text] if isinstance(read, dict | list) else [text, read]
    return [text]


def _is_words_still(case: Any, mutation: Any) -> bool:
    """Of the format of words schemathesis knows no more than examples: whatever else it makes may be words as well."""
    if mutation.parameter_location is not ParameterLocation.BODY:
        return False
    if mutation.keywords != ("format",) or _described_at(case, mutation.schema_pointer).get("format") not in WORDS:
        return False
    text = case.body
    for name in mutation.path:
        text = text[name]
    with suppress(Unprintable):
        return isinstance(text, str) and several_lines(text) is not None
    return False


def _is_left_out(case: Any, mutation: Any) -> bool:
    """A text in which nothing can be seen counts as left out where a field may be, whatever form it has otherwise."""
    if mutation.parameter_location is not ParameterLocation.BODY or not isinstance(case.body, dict):
        return False
    if len(mutation.path) != 1 or mutation.path[0] not in case.body:
        return False
    text, name = case.body[mutation.path[0]], mutation.path[0]
    field = _described_at(case, "").get("properties", {}).get(name, {})
    return isinstance(text, str) and not has_visible(text) and "default" in field


def _fits_as_it_is_sent(case: Any, mutation: Any) -> bool:
    """What one of several ways to fit asks for may be missing where another one fits; in a form a number is a text."""
    if mutation.parameter_location is not ParameterLocation.BODY or not isinstance(case.body, dict):
        return False
    if mutation.keywords not in {("required",), ("type",)}:
        return False
    fields = _described_at(case, "").get("properties", {})
    body = {name: _as_sent(case, fields.get(name, {}), value) for name, value in case.body.items()}
    return _fits(case, case.operation.definition.raw["requestBody"]["content"][case.media_type]["schema"], body)


def _as_sent(case: Any, described: dict[str, Any], value: Any) -> Any:
    """A field of a body as its receiver gets it; of a file that it is one."""
    if isinstance(value, Binary):
        return ""
    is_text = isinstance(value, int | float) and case.media_type != "application/json"
    return str(value) if is_text and not _fits(case, described, value) else value


def _fits(case: Any, described: dict[str, Any], value: Any) -> bool:
    components = case.operation.schema.raw_schema.get("components", {})
    return jsonschema_rs.validator_for({**described, "components": components}).is_valid(value)


def _described_at(case: Any, pointer: str) -> dict[str, Any]:
    """What the description says at a place of the body of an operation, of JSON or of a form as it is sent."""
    whole, content = case.operation.schema.raw_schema, case.operation.definition.raw["requestBody"]["content"]
    found: Any = content[case.media_type]["schema"]
    for part in [None, *filter(None, pointer.split("/"))]:
        if part is not None:
            found = found[int(part) if isinstance(found, list) else part]
        if isinstance(found, dict) and "$ref" in found:
            found = whole["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found if isinstance(found, dict) else {}
