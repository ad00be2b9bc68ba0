"""A field that does not fit is answered in words that whoever filled it in can act on."""

import ast
from pathlib import Path
from typing import Any

import pytest

import api
import dispatch
from api.http.problems import in_words
from tests.support.world import World


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"email": "sita at home"}, "email", "must be an e-mail address, like sita@example.com"),
        ({"email": 3}, "email", "must be text, not a whole number"),
        ({"email": " "}, "email", "must have a character that can be seen"),
        ({"name": "Sita\x00"}, "name", "must not contain the character NUL"),
        ({"name": ["Sita"]}, "name", "must be text, not a list"),
        ({"name": "x" * 121}, "name", "must have at most 120 characters"),
        ({"phone": "ring me"}, "phone", "must be a phone number, like +977-9841234567"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_words(
    world: World, body: dict[str, Any], field: str, words: str
) -> None:
    whole = {"email": "sita@example.com", "password": "long enough for me", "name": "Sita", "phone": "9841234567"}
    reply = await world.http.post("/api/v1/auth/register/", json=whole | body)
    assert reply.status_code == 400
    assert reply.json()["errors"] == {field: words}


async def test_what_is_wrong_with_a_parameter_is_said_in_words(world: World) -> None:
    reply = await world.http.get("/api/v1/marketplace/products/", params={"page": "first", "page_size": 1000})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {
        "page": "must be a whole number, not text",
        "page_size": "must be at most 100",
    }
    admin = await world.admin()
    endless = await admin.get("/api/deliveries/", page="9" * 5_000, lat="9" * 5_000, lon=1)
    assert endless.json()["errors"] == dict.fromkeys(("page", "lat"), "must not be so large a number")


def test_words_that_are_ours_or_of_no_rule_stay_as_they_are() -> None:
    for words in ("must be an amount from 0 to 1", "Something that nobody has foreseen"):
        assert in_words(words) == words


def test_whatever_is_refused_as_not_fitting_names_its_fields_or_what_there_is_to_fit() -> None:
    bare = [
        f"{path.name}:{call.lineno}"
        for room in (api, dispatch)
        for path in Path(room.__path__[0]).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Invalid"
        if not _names_something(call)
    ]
    assert bare == []


def _names_something(call: ast.Call) -> bool:
    """The contract shows the refusal of an empty cart without fields."""
    given = {word.arg: ast.unparse(word.value) for word in call.keywords}
    return bool(given.keys() - {"code"}) or given.get("code") == "'EMPTY_CART'"
