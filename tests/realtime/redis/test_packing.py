"""Commands reach Redis as redis-py puts them together, whoever does it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Connection
from redis.exceptions import DataError

from realtime.redis.packing import PackingTCPConnection

ARGUMENTS = st.lists(st.text() | st.binary() | st.integers() | st.floats())
NAMES = st.sampled_from(["GET", "SCRIPT LOAD", b"HMGET"])


@given(NAMES, ARGUMENTS)
@settings(max_examples=100, deadline=None)
def test_a_command_of_any_arguments_is_on_the_wire_what_the_library_writes(
    name: str | bytes, arguments: list[str | bytes | int | float]
) -> None:
    ours, theirs = PackingTCPConnection(), Connection()
    assert b"".join(ours.pack_command(name, *arguments)) == b"".join(theirs.pack_command(name, *arguments))
    commands = [(name, *arguments), ("PING",)]
    assert b"".join(ours.pack_commands(commands)) == b"".join(theirs.pack_commands(commands))


@pytest.mark.parametrize("argument", [None, ["a"], {"a": 1}])
def test_an_argument_that_redis_has_no_form_for_is_refused_as_the_library_does(argument: object) -> None:
    with pytest.raises(DataError):
        PackingTCPConnection().pack_command("SET", "key", argument)  # type: ignore[arg-type]
