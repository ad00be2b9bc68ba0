"""One field of a valid body replaced by junk, on every route: a 4xx or a success, never a 5xx."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.restoring import put_back
from tests.support.calls import CALLS, Call, Stage, check_refusal, replaced, spots

BIG = "9" * 400
# What no Python value is: written into the JSON text in the place of its name.
RAW = {
    f"<raw {text[:12]}>": text for text in ("1e400", "-1e400", "NaN", BIG, '"\\ud800"', '"\\u0000"', "1E-999", "-0.0")
}
JUNK: list[Any] = [
    *RAW,
    None,
    True,
    False,
    0,
    -1,
    1,
    10**30,
    -(10**30),
    2**31,
    2**63,
    1e308,
    5e-324,
    0.1,
    "",
    " ",
    "x",
    "0",
    "-1",
    "NaN",
    "-Infinity",
    "1e400",
    "1E-400",
    "0E-99999",
    "1_0",
    "١٢",
    "\x00",
    "a\x00b",
    "\u202e\ufeff",
    "😀" * 50,
    "é" * 300,
    "x" * 5000,
    "x" * 100_000,
    "';--",
    "../../etc/passwd",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-02-30T00:00:00Z",
    "2030-01-01T00:00:00+05:45",
    "2199-12-31T23:59:59Z",
    "http://[x",
    "https://ü.example/ü?ü#ü",
    "+977-9841234567\n",
    "a@b\n",
    [],
    [[]],
    [None],
    ["x"] * 1000,
    {},
    {"a": {"b": []}},
    {"": None},
]


def encoded(body: object) -> bytes:
    """JSON text with the raw values in their places."""
    text = json.dumps(body)
    for name, raw in RAW.items():
        text = text.replace(json.dumps(name), raw)
    return text.encode()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", [12, pytest.param(1, marks=pytest.mark.heavy)], ids=["some", "all"])
async def test_any_field_of_any_route_takes_each_piece_of_junk_without_a_5xx(stage: Stage, share: int) -> None:
    """Some: each field takes one piece of twelve, and its neighbours take the rest."""
    places = [(call, spot) for call in CALLS for spot in spots(call.body)]
    assert len(places) > 100
    for number, (call, spot) in enumerate(places):
        body = stage.body_of(call)
        await put_back(stage, call)
        for junk in JUNK[number % share :: share]:
            reply = await stage.send(call, encoded(replaced(body, spot, junk)))
            check_refusal(reply, {spot: junk})
            if reply.is_success:
                await put_back(stage, call)


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_the_call_that_is_spoiled_is_a_good_one(stage: Stage, call: Call) -> None:
    """Otherwise junk would be refused at the door, which proves little."""
    await put_back(stage, call)
    reply = await stage.send(call, encoded(stage.body_of(call)))
    refused = {"/api/v1/auth/token/refresh/": 401, "/api/v1/payments/callback/": 400}
    if call.body.get("delivery_id"):
        refused = {"/api/auto-assign/": 409}  # nobody near
    assert reply.status_code == refused.get(call.path, 201 if reply.status_code == 201 else 200), reply.text


KEYS = st.sampled_from(["cart_id", "gateway", "delivery_id", "notes", "documents", "roles", "", "\x00", "__class__"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(JUNK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


SPOILING = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(SPOILING, max_examples=80)
@given(data=st.data())
async def test_bodies_spoiled_in_several_places_get_no_5xx(stage: Stage, data: st.DataObject) -> None:
    await _spoil(stage, data)


@pytest.mark.heavy
@pytest.mark.timeout(3600)
@settings(SPOILING, max_examples=2_000)
@given(data=st.data())
async def test_many_bodies_spoiled_in_several_places_get_no_5xx(stage: Stage, data: st.DataObject) -> None:
    await _spoil(stage, data)


async def _spoil(stage: Stage, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(CALLS))
    body = stage.body_of(call)
    for _ in range(data.draw(st.integers(1, 3))):
        spot = data.draw(st.sampled_from(list(spots(call.body))))
        try:
            body = replaced(body, spot, data.draw(VALUES))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the spot away
    if data.draw(st.booleans()):
        body[data.draw(KEYS)] = data.draw(VALUES)
    await put_back(stage, call)
    check_refusal(await stage.send(call, encoded(body)), body)
