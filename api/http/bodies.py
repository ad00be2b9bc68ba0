"""Everything that is wrong with a body, named at once.

A body is read by msgspec, which stops at the first field that does not fit. Where it has stopped, this looks again,
field by field, at whatever struct was asked for, to any depth; a body that fits never comes here.
"""

import re
from collections.abc import Collection, Iterator
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from msgspec import Struct, UnsetType, ValidationError
from msgspec.structs import FieldInfo, fields

from api.http.problems import NAMED_FIELD, in_words, named_fields, problems_of
from api.http.schemas import Body, checked_field
from api.http.suggestions import nearest

AnyRequest = Request[Any, Any, Any]
CONTENT = "dispatch.content"
"""Key of the decoded body, its texts in the form that is kept, in the state of a request's scope."""
TEXT_PROBLEMS = "dispatch.text_problems"
"""Key of what is wrong with texts of the body, by field."""
FURTHER_PROBLEMS = "dispatch.further_problems"
"""Key of what the route itself says of fields that fit their types."""
MOST_PROBLEMS = 50
MOST_KEY = 100
PLACE = re.compile(r" - at `[^`]*`$")
Problems = dict[str, str]


def problems_in(kind: Any, value: Any, path: str = "") -> Problems:  # noqa: ANN401  # any type, any JSON
    """What is wrong with ``value`` as ``kind``, by the path of each field; a whole that is wrong is at ``path``."""
    try:
        msgspec.convert(value, kind, strict=True, str_keys=True)
    except ValidationError as error:
        found: Problems = {}
        for inner in _structures(kind):
            if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, Struct):
                found = _in_struct(inner, value, path)
            elif isinstance(value, list) and get_origin(inner) is list:
                found = _in_list(get_args(inner)[0], value, path)
            if found:
                return found
        return dict([_named(kind, str(error), path)])
    return {}


def fitting_fields(kind: Any, value: object, unfit: Collection[str] = (), path: str = "") -> dict[str, Any]:  # noqa: ANN401
    """The fields of a body that fit by themselves, as a handler would get them; bodies within are mappings of theirs.

    ``unfit``: paths of fields of which it is known already that they do not.
    """
    struct = next((inner for inner in _structures(kind) if isinstance(inner, type) and issubclass(inner, Struct)), None)
    if struct is None or not isinstance(value, dict):
        return {}
    found: dict[str, Any] = {}
    for field in fields(struct):
        name, within = field.encode_name, _within(path, field.encode_name)
        if name not in value or within in unfit:
            continue
        if isinstance(value[name], dict) and _structures(field.type):
            found[name] = fitting_fields(
                field.type, value[name], unfit, within
            )  # what fits of it, beside what does not
        elif any(one.startswith((f"{within}.", f"{within}[")) for one in unfit):
            continue
        elif not _in_field(struct, field, value, within):
            found[name] = msgspec.convert(value[name], field.type, strict=True)
            if issubclass(struct, Body):
                found[name] = checked_field(name, found[name])
    return found


def choices_of(kind: Any) -> list[str]:  # noqa: ANN401  # any type
    """The values of an enumeration or a literal, also inside of others and of a list; none where any value may fit."""
    for inner in _members(kind):
        if get_origin(inner) is Literal:
            return [str(value) for value in get_args(inner)]
        if isinstance(inner, type) and issubclass(inner, Enum):
            return [str(member.value) for member in inner]
        if get_origin(inner) is list:
            return choices_of(get_args(inner)[0])
    return []


def in_words_of(kind: Any, message: str) -> str:  # noqa: ANN401  # any type
    """The message for a person, with the values that fit where there are some to choose from."""
    choices = choices_of(kind)
    return f"must be one of {', '.join(choices)}" if choices and "enum value" in message else in_words(message)


def _members(kind: Any) -> Iterator[Any]:  # noqa: ANN401  # any type
    """The type without what it is wrapped in; of a union, what it is beside null and nothing."""
    if get_origin(kind) is Annotated:
        yield from _members(get_args(kind)[0])
    elif get_origin(kind) in {Union, UnionType}:
        for member in get_args(kind):
            if member not in {NoneType, UnsetType}:
                yield from _members(member)
    else:
        yield kind


def _structures(kind: Any) -> list[Any]:  # noqa: ANN401  # any type
    return [
        inner
        for inner in _members(kind)
        if get_origin(inner) is list or (isinstance(inner, type) and issubclass(inner, Struct))
    ]


def _within(path: str, key: str) -> str:
    key = key if len(key) <= MOST_KEY else key[:MOST_KEY] + "…"
    return f"{path}.{key}" if path else key


def _named(kind: Any, message: str, path: str) -> tuple[str, str]:  # noqa: ANN401  # any type
    message = PLACE.sub("", message)
    if named := NAMED_FIELD.match(message):  # one of our own, of a rule over several fields
        return _within(path, named["field"]), named["message"]
    return path or "body", in_words_of(kind, message)


def _in_list(kind: Any, values: list[Any], path: str) -> Problems:  # noqa: ANN401  # any type
    found: Problems = {}
    for number, value in enumerate(values):
        found |= problems_in(kind, value, f"{path}[{number}]")
        if len(found) >= MOST_PROBLEMS:
            break
    return found


def _in_struct(kind: type[Struct], value: dict[Any, Any], path: str) -> Problems:
    known = {field.encode_name: field for field in fields(kind)}
    wrong: dict[str, Problems] = {}
    for name, field in known.items():
        problems = _in_field(kind, field, value, _within(path, name))
        if problems:
            wrong[name] = problems
    if kind.__struct_config__.forbid_unknown_fields:
        for key in list(value)[: len(known) + MOST_PROBLEMS]:
            if key not in known:
                wrong[key] = {_within(path, str(key)): "is no field here" + nearest(str(key), known)}
    _add_rules(kind, value, path, wrong)
    return {name: words for problems in wrong.values() for name, words in problems.items()}


def _in_field(kind: type[Struct], field: FieldInfo, value: dict[Any, Any], path: str) -> Problems:
    if field.encode_name not in value:
        return {path: "is required"} if field.required else {}
    problems = problems_in(field.type, value[field.encode_name], path)
    if not problems and issubclass(kind, Body):
        try:
            checked_field(field.name, msgspec.convert(value[field.encode_name], field.type, strict=True))
        except ValueError as error:
            message = NAMED_FIELD.match(str(error))
            return {path: message["message"] if message else str(error)}
    return problems


def _add_rules(kind: type[Struct], value: dict[Any, Any], path: str, wrong: dict[str, Problems]) -> None:
    """What the struct's own rules say of the fields that fit by themselves, as far as that can be asked."""
    left_out = set(wrong)
    for _ in fields(kind):
        try:
            msgspec.convert({key: entry for key, entry in value.items() if key not in left_out}, _optional(kind))
        except ValidationError as error:
            named = NAMED_FIELD.match(PLACE.sub("", str(error)))
            if named is None:
                return
            about = {named["field"], *(name for name in value if name in named["message"].split())} - left_out
            if not about:
                return
            if named["field"] in about and not any(name in named["message"] for name in wrong):
                about = {named["field"]}
                wrong[named["field"]] = {_within(path, named["field"]): named["message"]}
            # Else one of two that come together is wrong by itself, and the other is not to blame.
            left_out |= about
        else:
            return


@cache
def _optional(kind: type[Struct]) -> type[Struct]:
    """The same struct with its rules, of which any field may be missing: then it is None."""
    optional = [(one.name, one.type | None, None) for one in fields(kind) if one.required]
    return msgspec.defstruct(kind.__name__, optional, bases=(kind,), frozen=True, kw_only=True)


def fields_of(error: ValidationException, request: AnyRequest) -> Problems:
    """Every field of the request that is wrong, of its body and its query."""
    problems = problems_of(error)
    rest = [problem for problem in problems if problem.get("source") != "body"]
    state, field = request.scope.get("state", {}), request.route_handler.parsed_data_field
    content, texts = state.get(CONTENT), state.get(TEXT_PROBLEMS, {})
    if len(rest) == len(problems) or field is None or content is None:
        return named_fields([_of_parameter(problem, request) for problem in problems])
    wrong = problems_in(field.annotation, content) | texts or named_fields(problems)
    further: Problems = state.get(FURTHER_PROBLEMS, {})
    wrong = further | wrong
    return named_fields([_of_parameter(problem, request) for problem in rest]) | wrong


def _of_parameter(problem: dict[str, Any], request: AnyRequest) -> dict[str, Any]:
    """The problem under the name that the client knows, with the values that fit."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(str(problem.get("key")))
    if parameter is None or problem.get("source") == "body":
        return problem
    name = getattr(parameter.kwarg_definition, "name", None) or parameter.name
    return problem | {"key": name, "message": in_words_of(parameter.annotation, str(problem["message"]))}
