"""What a body may hold, said in the description as exactly as JSON Schema can.

The types say most of it. What is done to a text before it is checked is said by a ``format`` of its own, and a rule
over several fields by the struct itself (``Body.described``).
"""

import inspect as python_inspect
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import NODEFAULT, inspect

from api.http.forms import FORM, FormFiles
from api.http.schemas import NO_NUL, NOT_BLANK, PHONE, YEARS, TextKind
from dispatch.money import CENT, MAX_AMOUNT

Described = dict[str, Any]

REF = "#/components/schemas/{name}"
DECIMALS: Final = "at most two decimals"
# Zeros around a number change nothing of it; zero is as good with a minus.
AMOUNT: Final = r"^(?:-0+(?:\.0+)?|0*[0-9]{1,10}(?:\.[0-9]{1,2}0*)?)$"
FORMATS: Final[dict[type[inspect.Type], Described]] = {
    inspect.DecimalType: {
        "type": ["string", "number"],
        "format": "amount",
        "pattern": AMOUNT,
        "minimum": 0,
        "maximum": float(MAX_AMOUNT),
        "multipleOf": float(CENT),
        "description": f"Rupees with {DECIMALS}, as a number or as text.",
    },
    inspect.DateTimeType: {
        "format": "date-time",
        "description": f"ISO 8601 with its offset, in the years {YEARS.start} to {YEARS.stop - 1}.",
    },
}
TEXTS: Final[dict[TextKind, Described]] = {
    # No controls; of a text that must not be empty something can be seen.
    TextKind.LINE: {"format": "line"},
    TextKind.LINES: {"format": "lines"},
    TextKind.PHONE: {"format": "phone"},
    TextKind.EMAIL: {"format": "email"},
}
WORDS: Final = frozenset({"line", "lines"})
# Checked by the name of its field, whatever else its text is.
URL: Final[Described] = {"format": "url"}
# What holds of a text once it is in the form that is kept, not of all that is understood.
KEPT_FORMS: Final = frozenset({NO_NUL, PHONE})


def describe_body(
    operation: Described,
    wanted: Any,  # noqa: ANN401  # any type
    schemas: Described,
    files: FormFiles | None = None,
) -> None:
    """Describe the body of an operation, with the named parts of it in ``schemas``; ``files``: it may be a form too."""
    (described,), parts = msgspec.json.schema_components([wanted], ref_template=REF)
    for kind in _structs(inspect.type_info(wanted)):
        name = kind.cls.__name__
        schemas[name] = _described(parts[name], kind)
    for name, part in parts.items():
        schemas.setdefault(name, part)
    body = operation.setdefault("requestBody", {"required": True})
    body["content"] = {"application/json": {"schema": described}}
    if files is not None:
        [name] = [kind.cls.__name__ for kind in _structs(inspect.type_info(wanted))]
        body["content"][FORM] = _as_form(schemas[name], files)


def _as_form(struct: Described, files: FormFiles) -> Described:
    """The same body with its files as they are, of which nothing else is to be told."""
    whole = {name: _filled_in(struct["properties"][name]) for name in struct["properties"]}
    one = {"type": "string", "format": "binary", "description": f"{files.kinds[0].upper()}{files.kinds[1:]}."}
    whole |= dict.fromkeys(files.names, one)
    kinds = {name: {"contentType": "image/jpeg, image/png, image/webp"} for name in files.names}
    return {"schema": struct | {"properties": whole}, "encoding": kinds}


def _filled_in(field: Described) -> Described:
    """A field of a form, where nothing is null: it is left out."""
    members = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    rest = {key: value for key, value in field.items() if key not in {"anyOf", "default"}}
    return rest | members[0] if len(members) == 1 else field


def _described(part: Described, kind: inspect.StructType) -> Described:
    for field in kind.fields:
        said = _said_of(field.type)
        if field.name.endswith("url"):
            said = URL
        for place in _places(part["properties"][field.encode_name]):
            if _is_of_machines(field.type):
                place.update(_filled(place, field))
            elif place.get("pattern") in KEPT_FORMS:
                del place["pattern"]
            place.update(said)
            if place.get("format") in WORDS and _may_be_blank(field):
                place.pop("minLength", None)
    if "description" in part:
        part["description"] = python_inspect.cleandoc(part["description"])
    return part | getattr(kind.cls, "described", {})


def _is_of_machines(kind: inspect.Type) -> bool:
    """Whether a text in a field is kept as it was sent, without the blanks around it."""
    return any(
        isinstance(leaf, inspect.StrType) and extra.get("text") is TextKind.CODE for leaf, extra in _leaves(kind, {})
    )


def _filled(text: Described, field: inspect.Field) -> Described:
    """What must not be empty where nothing takes its place: as a field without a default, or as one of a list."""
    is_required = field.default is NODEFAULT and field.default_factory is NODEFAULT
    has_own_form = text.get("pattern", NO_NUL) != NO_NUL
    must_say = text.get("minLength") and not has_own_form and (is_required or _has_list(field.type))
    return {"pattern": NOT_BLANK} if must_say else {}


def _may_be_blank(field: inspect.Field) -> bool:
    """Whether a text without anything to be seen counts as left out, see ``api.http.texts``."""
    has_default = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    return has_default and not _has_list(field.type)


def _has_list(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _has_list(kind.type)
    return isinstance(kind, inspect.ListType) or (
        isinstance(kind, inspect.UnionType) and any(map(_has_list, kind.types))
    )


def _said_of(kind: inspect.Type) -> Described:
    """What the text, amount or time in a field is, beside what its type says."""
    for leaf, extra in _leaves(kind, {}):
        if isinstance(leaf, inspect.StrType):
            return TEXTS.get(TextKind(extra.get("text", TextKind.LINE)), {})
        if type(leaf) in FORMATS:
            return FORMATS[type(leaf)]
    return {}


def _leaves(kind: inspect.Type, extra: Described) -> Iterator[tuple[inspect.Type, Described]]:
    if isinstance(kind, inspect.Metadata):
        yield from _leaves(kind.type, extra | (kind.extra or {}))
    elif isinstance(kind, inspect.UnionType):
        for member in kind.types:
            yield from _leaves(member, extra)
    elif isinstance(kind, inspect.ListType):
        yield from _leaves(kind.item_type, extra)
    else:
        yield kind, extra


def _places(described: object) -> Iterator[Described]:
    """Where a text stands in the description of a field."""
    if isinstance(described, dict):
        if described.get("type") == "string" and "enum" not in described:
            yield described
        for inner in described.values():
            yield from _places(inner)
    elif isinstance(described, list):
        for inner in described:
            yield from _places(inner)


def _structs(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """The structs that a body is made of, at any depth."""
    for leaf, _ in _leaves(kind, {}):
        if isinstance(leaf, inspect.StructType):
            yield leaf
            for field in leaf.fields:
                yield from _structs(field.type)
