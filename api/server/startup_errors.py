"""Errors of starts and commands as one sentence for whoever runs them; a defect keeps its traceback."""

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.startup import unusable
from dispatch.errors import DispatchError, Invalid, OperatorError
from realtime.redis.client import is_defect


class RedisUnusable(OperatorError):
    """Redis cannot be used as it is; the text says why and what to do."""


def reason_of(error: BaseException) -> str | None:
    """What to tell; None where only a traceback tells it."""
    if isinstance(error, OperatorError):
        return str(error)
    if isinstance(error, DispatchError):
        fields = error.fields if isinstance(error, Invalid) else {}
        return "\n".join([error.detail, *(f"  {name}: {problem}" for name, problem in fields.items())])
    if isinstance(error, RedisError):
        return None if is_defect(error) else redis_reason(error)
    if isinstance(error, SQLAlchemyError):
        told = unusable(error)
        return None if told is None else str(told)
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{place}."
    return None


def redis_reason(error: BaseException, url: str | None = None) -> str:
    """Why Redis cannot be used; its address without user and password."""
    at = "its address" if url is None else url.partition("?")[0].partition("://")[2].rpartition("@")[2]
    why = str(error).partition("\n")[0].rstrip(".")[:200] or type(error).__name__
    return f"Redis at {at} cannot be used ({why}). Is it running, and does DISPATCH_REDIS_URL lead there?"
