"""Access tokens, as the server reads its own."""

from datetime import UTC, datetime
from uuid import uuid4

import jwt
import pytest

from dispatch.accounts.tokens import Tokens
from dispatch.errors import NotSignedIn

KEY = "one key of the server, long enough"


class Now:
    """The clock on the wall."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def _tokens(key: str = KEY, *old_keys: str) -> Tokens:
    return Tokens(key, Now(), access_s=60, refresh_s=60, old_keys=old_keys)


def test_a_token_that_differs_in_one_character_is_refused() -> None:
    tokens = _tokens()
    good = tokens.access(7, uuid4())
    assert tokens.read_access(good).user_id == 7
    for at in range(len(good) - 1):  # of the last one two bits carry nothing
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        with pytest.raises(NotSignedIn):
            tokens.read_access(changed)


@pytest.mark.parametrize("text", ["", ".", "..", "...", "é.é.é", "{head}.é.é", "{good}.", "{head}..", "\x00"])
def test_what_is_no_token_is_refused_as_one_that_is_not_valid(text: str) -> None:
    tokens = _tokens()
    good = tokens.access(7, uuid4())
    with pytest.raises(NotSignedIn) as refused:
        tokens.read_access(text.format(good=good, head=good.partition(".")[0]))
    assert refused.value.code == "token_invalid"


@pytest.mark.parametrize(
    "changed", [{"iss": "somebody"}, {"typ": "refresh"}, {"exp": None}, {"sub": "x"}, {"sid": "x"}]
)
def test_a_token_with_our_signature_that_says_something_else_is_refused(changed: dict[str, object]) -> None:
    tokens = _tokens()
    claims = jwt.decode(tokens.access(7, uuid4()), options={"verify_signature": False}) | changed
    with pytest.raises(NotSignedIn):
        tokens.read_access(jwt.encode({k: v for k, v in claims.items() if v is not None}, KEY, "HS256"))


def test_a_token_without_a_signature_or_of_another_algorithm_is_refused() -> None:
    tokens = _tokens()
    claims = jwt.decode(tokens.access(7, uuid4()), options={"verify_signature": False})
    for token in (jwt.encode(claims, "", "none"), jwt.encode(claims, KEY * 2, "HS512")):
        with pytest.raises(NotSignedIn):
            tokens.read_access(token)


def test_a_token_of_the_key_before_is_taken_and_one_of_any_other_is_not() -> None:
    before = _tokens("the key that was there before this one").access(7, uuid4())
    assert _tokens(KEY, "the key that was there before this one").read_access(before).user_id == 7
    with pytest.raises(NotSignedIn):
        _tokens().read_access(before)
