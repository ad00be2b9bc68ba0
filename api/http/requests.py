"""Requests whose JSON, or form, is read without surprises."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException, InternalServerException, SerializationException

from api.http.bodies import CONTENT, FURTHER_PROBLEMS, TEXT_PROBLEMS, fitting_fields
from api.http.field_checks import CHECKS, further_problems
from api.http.forms import FILES, FORM, FormFiles, is_form, read_form
from api.http.texts import tidied
from dispatch.errors import Invalid

JSON = re.compile(r"application/(?:[\w.!#$&^-]+\+)?json", re.IGNORECASE)
UTF_8 = re.compile(r"(?:utf-?8|us-ascii)", re.IGNORECASE)
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
MOST_NAMED = 100
NONE: Final[Mapping[str, str]] = {}


class UnsupportedMediaType(HTTPException):
    """The body says that it is something else than what the route reads."""

    status_code = 415


class BodyIncomplete(HTTPException):
    """The client went, or was too slow, before its body was all there. Nobody reads the answer, and it is no defect."""

    status_code = 400
    detail = "The body ended before it was complete."


class Unfit:
    """In the place of a body that does not fit what the handler asks for."""


class JsonRequest(Request[Any, Any, Any]):
    """A request that says what is wrong with a body which the JSON decoder itself stumbles over."""

    async def body(self) -> bytes:
        """The body. Raises BodyIncomplete."""
        try:
            return await super().body()
        except InternalServerException:  # what the framework says of a client that went
            raise BodyIncomplete from None

    async def json(self) -> Any:  # noqa: ANN401  # JSON is anything
        """The body as what the handler asks for, or Unfit; types are taken at their word (1 is not true, "1" not 1).

        Raises Invalid for what is no JSON, no text, or thousands of levels deep.
        A body without a Content-Type is taken for JSON; one that says something else raises UnsupportedMediaType. Where
        the route takes files, a form is read as the same fields in JSON would be.
        """
        said, files = self.headers.get("content-type"), self.route_handler.opt.get(FILES)
        field = self.route_handler.parsed_data_field
        if files is not None and field is not None and said is not None and is_form(said):
            fields, problems = read_form(await self.body(), said, field.annotation, files)
            return await self._fitted(fields, field.annotation, problems)
        if await self.body():
            _check_type(said, files)
        try:
            content = await self.decoded()
        except SerializationException as error:
            raise Invalid("The body is not JSON.", fields={"body": str(error)}) from None
        except UnicodeDecodeError:
            raise Invalid("The body is not UTF-8.", fields={"body": "must be JSON in UTF-8"}) from None
        except RecursionError:
            raise Invalid("The body is nested too deeply.", fields={"body": "is nested too deeply"}) from None
        return content if field is None else await self._fitted(content, field.annotation)

    async def decoded(self) -> Any:  # noqa: ANN401  # JSON is anything
        """The body's JSON. Raises SerializationException, UnicodeDecodeError or RecursionError."""
        return await super().json()

    async def _fitted(self, content: object, wanted: Any, unread: Mapping[str, str] = NONE) -> Any:  # noqa: ANN401
        """``unread``: what is wrong with fields that could not even be read."""
        content, problems = tidied(content, wanted)
        problems |= unread
        state = self.scope.setdefault("state", {})
        state.update({CONTENT: content, TEXT_PROBLEMS: problems})
        try:
            if not problems:
                return msgspec.convert(content, wanted, strict=True)
        except msgspec.ValidationError:
            pass
        checks = self.route_handler.opt.get(CHECKS, ())
        if checks and FURTHER_PROBLEMS not in state:
            state[FURTHER_PROBLEMS] = await further_problems(self, checks, fitting_fields(wanted, content, problems))
        return Unfit()  # `api.http.bodies` names everything that is wrong, beside what is wrong with the query


def _check_type(said: str | None, files: FormFiles | None) -> None:
    if said is None:
        return
    name = said.partition(";")[0].strip()
    if not JSON.fullmatch(name):
        form = "" if files is None else f", or a form with files: with `{FORM}`"
        raise UnsupportedMediaType(
            f"The body must be JSON: send it with `Content-Type: application/json`{form}, not `{name[:MOST_NAMED]}`."
        )
    charset = CHARSET.search(said)
    if charset and not UTF_8.fullmatch(charset[1]):
        raise UnsupportedMediaType(f"The body must be JSON in UTF-8, not in `{charset[1][:MOST_NAMED]}`.")
