"""Answers that hold a secret are given once and kept nowhere."""

from typing import Any, Final

import msgspec

from dispatch.idempotency.answered_requests import Answer

# By name, so that a route which is added later is covered too.
SECRET_KEYS: Final = frozenset(
    {
        "access",
        "access_token",
        "api_key",
        "password",
        "refresh",
        "refresh_token",
        "secret",
        "secret_key",
        "ticket",
        "token",
    }
)
NOT_KEPT: Final = Answer(
    409,
    "application/json",
    msgspec.json.encode(
        {
            "detail": "This was done before. Its answer held a secret, which is shown once and kept nowhere; "
            "do it again with another Idempotency-Key.",
            "code": "answer_not_kept",
        }
    ),
)


def to_keep(answer: Answer) -> Answer:
    """What a repeat is told: the same, or, where that holds a secret, that it was done."""
    if not answer.media_type.startswith("application/json"):
        return answer
    try:
        content = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return answer
    return NOT_KEPT if _holds_secret(content) else answer


def _holds_secret(value: Any) -> bool:  # noqa: ANN401  # any JSON
    if isinstance(value, dict):
        return any((key in SECRET_KEYS and bool(entry)) or _holds_secret(entry) for key, entry in value.items())
    return isinstance(value, list) and any(_holds_secret(entry) for entry in value)
