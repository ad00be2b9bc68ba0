"""The signing key is exchanged without signing anybody out."""

from uuid import uuid4

import pytest

from dispatch.accounts.tokens import Tokens
from dispatch.clock import SystemClock
from dispatch.errors import NotSignedIn

OLD, NEW, OTHER = "o" * 40, "n" * 40, "x" * 40


def _tokens(key: str, *old: str) -> Tokens:
    return Tokens(key, SystemClock(), access_s=60, refresh_s=600, old_keys=old)


def test_while_keys_overlap_the_old_one_s_tokens_are_taken_and_new_ones_are_signed_with_the_new() -> None:
    before, during, after = _tokens(OLD), _tokens(NEW, OTHER, OLD), _tokens(NEW)
    sign_in = uuid4()
    access, refresh = before.access(7, sign_in), before.refresh(7, sign_in, "nonce")
    assert during.read_access(access).user_id == 7
    assert during.read_refresh(refresh).nonce == "nonce"
    assert after.read_access(during.access(7, sign_in)).user_id == 7
    for ended in (access, refresh):
        with pytest.raises(NotSignedIn):
            after.read_access(ended)


def test_hosts_that_get_the_new_key_one_after_the_other_understand_each_other() -> None:
    first, second = _tokens(OLD, NEW), _tokens(NEW, OLD)
    sign_in = uuid4()
    assert first.read_access(second.access(7, sign_in)).user_id == 7
    assert second.read_access(first.access(7, sign_in)).user_id == 7


def test_a_token_of_no_known_key_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        _tokens(NEW, OLD).read_access(_tokens(OTHER).access(7, uuid4()))
