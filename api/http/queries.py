"""Parameters of a query that no route knows are named, not ignored."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.exceptions import InternalServerException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from api.http.bodies import fields_of, in_words_of
from api.http.idempotency import refused_key
from api.http.query_times import WHEN, when_problem
from api.http.suggestions import nearest
from dispatch.errors import Invalid
from dispatch.settings import Settings

OPEN_QUERY: Final[dict[str, Any]] = {"open_query": True}
"""For ``opt=``: others send here what they like, such as gateways and phone apps."""

MOST: Final = "most"
Most = Callable[[Settings], float]
"""The highest value of a number in the query: one that a setting names."""


def at_most(**bounds: Most) -> dict[str, Any]:
    """For ``opt=``: bounds of a query's numbers that only settings know."""
    return {MOST: bounds}


TOGETHER: Final = "together"


def only_together(needs: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """For ``opt=``: parameters that say nothing without others."""
    return {TOGETHER: needs}


MOST_KEY = 100
DIGITS = re.compile(r"-?[0-9]+")


class KnownQueries:
    """The parameters of each route; read once, when the application is made."""

    def __init__(self) -> None:
        self._models: dict[HTTPRouteHandler, Any] = {}

    def read(self, app: Litestar) -> None:
        """Of every route that the application has."""
        for route in app.routes:
            if isinstance(route, HTTPRoute):
                self._models |= {
                    handler: model
                    for handler, model in route.route_handler_map.values()
                    if not handler.opt.get("open_query")
                }

    async def check(self, request: Request[Any, Any, Any]) -> None:
        """Raises Invalid, naming also what else is wrong with the request."""
        handler: Any = request.route_handler
        model, refused = self._models.get(handler), refused_key(request.scope)
        if refused is not None:
            others = {} if model is None else await _others(request, handler, model)
            raise Invalid(WRONG, fields=others | refused.fields) if others else refused
        if model is None or not (request.scope["query_string"] or model.expected_query_params):
            return
        sent = request.query_params
        expected = {parameter.field_alias: parameter for parameter in model.expected_query_params}
        wrong = {
            name[:MOST_KEY]: "is no parameter here" + nearest(name[:MOST_KEY], expected)
            for name in sent
            if name not in expected
        }
        kinds = {name: handler.parsed_fn_signature.parameters.get(one.field_name) for name, one in expected.items()}
        given = {name: kind for name, kind in kinds.items() if kind is not None and name in sent}
        missing = [name for name, one in expected.items() if one.is_required and name not in sent]
        for name, kind in given.items():
            if problem := _misread(kind, sent[name]) or _repeated(kind, sent.getall(name)):
                wrong[name] = problem
        most: dict[str, Most] = handler.opt.get(MOST, {})
        for name, bound in most.items():
            if name not in wrong and _exceeds(sent.get(name), bound(request.app.state.services.settings)):
                wrong[name] = f"must be at most {bound(request.app.state.services.settings):g}"
        wrong = _missing_beside(handler, sent) | wrong
        if missing:  # at the first of which the framework would stop
            wrong |= dict.fromkeys(missing, "is required")
            wrong = _unfitting(handler, given, sent) | wrong
        if wrong:
            raise Invalid(WRONG, fields=await _others(request, handler, model) | wrong)


WRONG = "Some fields are missing or wrong."


def _missing_beside(handler: HTTPRouteHandler, sent: Container[str]) -> dict[str, str]:
    """What is missing beside a parameter that says nothing without it."""
    needs: Mapping[str, Sequence[str]] = handler.opt.get(TOGETHER, {})
    return {
        other: f"is needed with {name}"
        for name, others in needs.items()
        if name in sent
        for other in others
        if other not in sent
    }


def _misread(kind: FieldDefinition, text: str) -> str | None:
    """What is wrong with a value that the framework lets pass, or that only the route itself would look at."""
    if int in {kind.annotation, *kind.args} and not DIGITS.fullmatch(text):  # it takes `1e1` and `1.0`
        return "must be a whole number, not text"
    if isinstance(kind.kwarg_definition, ParameterKwarg) and kind.kwarg_definition.format == WHEN:
        return when_problem(text)
    return None


def _repeated(kind: FieldDefinition, texts: Sequence[str]) -> str | None:
    """Of what is there once, one would count and the others be passed over without a word."""
    many = kind.is_non_string_sequence or any(inner.is_non_string_sequence for inner in kind.inner_types)
    return None if many or len(texts) == 1 else f"is there {len(texts)} times, and must be there once"


def _exceeds(text: str | None, most: float) -> bool:
    try:
        return text is not None and float(text) > most
    except ValueError:
        return False  # the framework says what it is not


def _unfitting(handler: Any, given: dict[str, FieldDefinition], sent: Any) -> dict[str, str]:  # noqa: ANN401
    """What the framework would say of each value by itself."""
    types = {field.name: field.type for field in msgspec.structs.fields(handler.signature_model)}
    wrong = {}
    for name, kind in given.items():
        try:
            msgspec.convert(sent[name], types[kind.name], strict=False)
        except msgspec.ValidationError as error:
            wrong[name] = in_words_of(kind.annotation, str(error))
    return wrong


async def _others(request: Request[Any, Any, Any], handler: HTTPRouteHandler, model: Any) -> dict[str, str]:  # noqa: ANN401
    try:
        handler.signature_model.parse_values_from_connection_kwargs(
            connection=request, kwargs=await model.to_kwargs(connection=request)
        )
    except ValidationException as error:
        return fields_of(error, request)
    except InternalServerException:  # the dependencies, which nobody has resolved yet
        pass
    return {}
