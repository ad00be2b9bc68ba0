"""Every refusal of the server can be read in Nepali: pages say it by its code."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final

import api
import dispatch
from api.http.errors import code_of

WORDS: Final = Path(api.__file__).parent.parent / "web/shared/server_words.json"
FRAMEWORK: Final = (400, 401, 403, 404, 405, 413, 426, 429, 500, 503)
"""Statuses of errors that have no code of their own."""
WRITTEN_OUT: Final = {"_not_found": ("payment_not_found", "refund_not_found")}
"""Codes of which a part is named by whoever calls, as it is written and what it may be."""


CODE: Final = re.compile(r"[A-Za-z_]{3,}")


def _texts(node: ast.AST) -> Iterator[str]:
    """The codes that a piece of code may evaluate to, and the names of constants in it.

    Any other name is a parameter: what is given for it is found where it is given.
    """
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value):
            yield one.value
        elif isinstance(one, ast.Name) and one.id.isupper():
            yield one.id


def _constants(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Texts that have a name of their own in a module, by that name."""
    found: dict[str, set[str]] = {}
    for node in (one for tree in trees for one in tree.body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Constant):
            continue
        names = node.targets if isinstance(node, ast.Assign) else [node.target]
        for name in (one.id for one in names if isinstance(one, ast.Name)):
            if isinstance(node.value.value, str):
                found.setdefault(name, set()).add(node.value.value)
    return found


def _codes(tree: ast.AST) -> Iterator[str]:
    """Of calls with ``code=``, what such a parameter of a function usually is, and of classes that have one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (text for one in node.keywords if one.arg == "code" for text in _texts(one.value))
        elif isinstance(node, ast.FunctionDef):
            with_usual = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            usual = [
                *zip(with_usual, node.args.defaults, strict=True),
                *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
            ]
            yield from (text for one, value in usual if one.arg == "code" and value for text in _texts(value))
        elif isinstance(node, ast.ClassDef):
            for one in node.body:
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "code":
                    yield from _texts(one.value)


def _in_place(tree: ast.AST) -> Iterator[str]:
    """Of calls that give a code in its place to a function of the same module."""
    places = {
        node.name: [one.arg for one in node.args.args].index("code")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(one.arg == "code" for one in node.args.args)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
            yield from (text for one in node.args[places[node.func.id] :][:1] for text in _texts(one))


def test_every_code_that_the_server_can_answer_has_nepali_words() -> None:
    words = json.loads(WORDS.read_bytes())
    answered = {code_of(status): f"status {HTTPStatus(status).value}" for status in FRAMEWORK}
    files = [path for package in (dispatch, api) for folder in package.__path__ for path in Path(folder).rglob("*.py")]
    trees = {path: ast.parse(path.read_text()) for path in files}
    constants = _constants(trees.values())
    for path, tree in trees.items():
        for text in (*_codes(tree), *_in_place(tree)):
            for code in constants.get(text, {text}):
                answered |= dict.fromkeys(WRITTEN_OUT.get(code.lower(), (code.lower(),)), path.name)
    assert {"on_hold", "zone_paused", "already_assigned", "cannot_refund", "not_found"} <= answered.keys()
    missing = {code: where for code, where in answered.items() if not words.get(code)}
    assert not missing, f"no words in {WORDS.name} for {missing}"
    assert not words.keys() - answered.keys(), "words for codes that nobody answers"
