"""Bodies that are no body: each route answers each with a 4xx in the shape of its section."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.support.calls import CALLS, Call, Stage, check_refusal

NOT_JSON = {
    "cut off": b'{"a": ',
    "two values": b"{} {}",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "a huge number": b'{"a": ' + b"9" * 5000 + b"}",
    "no UTF-8": b'{"a": "\xff\xfe\x00"}',
    "a byte order mark": b"\xff\xfe{\x00}\x00",
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a bare NUL": b"\x00",
    "a deep list": b"[" * 100_000,
    "a deep object": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "a form": b"cart_id=1&quantity=2",
}
WRONG_KIND = {"a list": b"[]", "a string": b'"x"', "a number": b"1", "true": b"true", "a list of itself": b"[[],{}]"}
TYPES = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "garbage",
    "application/msgpack",
    "application/json; charset=utf-16",
]
# They take files of a form too (`tests/deliveries/test_form_pictures.py`); what is none is refused as a body.
TAKE_FORMS = ("/pickup/", "/deliver/", "/attempts/")


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_a_body_that_is_no_json_is_refused(stage: Stage, call: Call) -> None:
    for what, content in NOT_JSON.items():
        reply = await stage.send(call, content)
        assert reply.status_code == 400, f"{what}: {reply.status_code} {reply.text}"
        check_refusal(reply, what)
        assert list(reply.json()["errors"]) == ["body"], what


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_a_body_of_another_kind_than_an_object_is_refused(stage: Stage, call: Call) -> None:
    for what, content in WRONG_KIND.items():
        reply = await stage.send(call, content)
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["body"]), what
        check_refusal(reply, what)
    for content in (b"", b"null"):
        reply = await stage.send(call, content)
        check_refusal(reply, content)
        if not call.optional_body:
            assert (reply.status_code, list(reply.json()["errors"])) == (400, ["body"])


@pytest.mark.parametrize("call", [call for call in CALLS if call.required], ids=str)
async def test_every_required_field_that_is_missing_is_named(stage: Stage, call: Call) -> None:
    for field in call.required:
        body = {key: value for key, value in stage.body_of(call).items() if key != field}
        reply = await stage.send(call, json.dumps(body).encode())
        assert reply.status_code == 400
        assert reply.json()["errors"] == {field: "is required"}
        check_refusal(reply, field)


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_a_content_type_that_says_something_else_is_415_and_told_what_fits(stage: Stage, call: Call) -> None:
    body = json.dumps(stage.body_of(call)).encode()
    for content_type in TYPES:
        reply = await stage.send(call, body, content_type)
        if content_type.startswith("multipart/") and call.path.endswith(TAKE_FORMS):
            assert (reply.status_code, list(reply.json()["errors"])) == (400, ["body"]), reply.text
            continue
        assert reply.status_code == 415, f"{content_type}: {reply.text}"
        assert "application/json" in reply.text or "UTF-8" in reply.text
        assert "unsupported_media_type" in reply.text.lower()
        check_refusal(reply, content_type)


@pytest.mark.parametrize("content_type", [None, "application/json; charset=UTF-8", "application/vnd.shop+json"])
async def test_json_under_any_of_its_names_or_none_is_read(stage: Stage, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    reply = await stage.world.http.post("/api/v1/auth/token/", content=b'{"email": 5}', headers=headers)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"email", "password"})


@pytest.mark.parametrize(
    "call", [call for call in CALLS if "/pickup/" not in call.path and "/deliver/" not in call.path], ids=str
)
async def test_a_body_of_a_megabyte_and_a_half_is_too_large(stage: Stage, call: Call) -> None:
    reply = await stage.send(call, b'{"a": "' + b"x" * 1_500_000 + b'"}')
    assert reply.status_code == 413
    check_refusal(reply, "1.5 MB")


async def test_a_body_that_grows_without_saying_how_far_is_cut_off(stage: Stage) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    headers = stage.people["customer"].headers
    reply = await stage.world.http.post("/api/v1/payments/initiate/", content=endless(), headers=headers)
    assert reply.status_code == 413
