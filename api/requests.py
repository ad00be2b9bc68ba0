"""Requests whose JSON is read without surprises."""

from typing import Any

from litestar import Request
from litestar.exceptions import SerializationException

from dispatch.errors import Invalid


class JsonRequest(Request[Any, Any, Any]):
    """A request that says what is wrong with a body which the JSON decoder itself stumbles over."""

    async def json(self) -> Any:  # noqa: ANN401  # JSON is anything
        """The decoded body. Raises Invalid for what is no JSON, no text, or thousands of levels deep."""
        try:
            return await super().json()
        except SerializationException as error:
            raise Invalid("The body is not JSON.", fields={"body": str(error)}) from None
        except UnicodeDecodeError:
            raise Invalid("The body is not UTF-8.", fields={"body": "must be JSON in UTF-8"}) from None
        except RecursionError:
            raise Invalid("The body is nested too deeply.", fields={"body": "is nested too deeply"}) from None
