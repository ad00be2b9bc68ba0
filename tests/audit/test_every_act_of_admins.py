"""Whatever a route lets admins change stands in the audit log: found in the code of each."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ROUTES = ROOT / "api/routes"
CHANGING = {"post", "patch", "put", "delete"}
RECORDING = frozenset({"record", "record_counted"})
# Which write it elsewhere, and where: each of these is opened and must do so.
ELSEWHERE = {
    "accounts/users.py": "dispatch/offboarding/service.py",
    "deliveries/bulk_operations.py": "dispatch/assignments/changes/many.py",
    "imports/imports.py": "api/routes/imports/running.py",
}
# Which change nothing of anybody else's: each with why.
NOTHING_OF_OTHERS = {
    ("deliveries/plans.py", "make_plan"): "a plan changes nothing until it is committed",
    ("marketplace/catalogue.py", "add"): "a product of one's own",
    ("payments/payments.py", "verify"): "what the gateway says is looked up, as its callback does",
}


def _called(part: ast.AST) -> set[str]:
    """Names that are spoken of in a function: of what it calls, and of what it hands on."""
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}


def _recording(tree: ast.Module) -> set[str]:
    """The functions of a module that write into the log, also by others of the module."""
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    if not any(node.module == "dispatch.audit.service" and _names(node) & RECORDING for node in imported):
        return set()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = set(RECORDING)
    while more := {one.name for one in functions if one.name not in found and _called(one) & found}:
        found |= more
    return found


def _names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def _changing(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Each route that changes something, and whether it is for admins too."""
    for controller in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        of_all = " ".join(ast.unparse(one) for one in controller.body if isinstance(one, ast.Assign))
        for handler in (one for one in controller.body if isinstance(one, ast.AsyncFunctionDef)):
            for call in (one for one in handler.decorator_list if isinstance(one, ast.Call)):
                if isinstance(call.func, ast.Name) and call.func.id in CHANGING:
                    yield handler.name, "ADMIN" in of_all + ast.unparse(call)


def _unrecorded(path: Path) -> list[str]:
    tree, place = ast.parse(path.read_text()), str(path.relative_to(ROUTES))
    written = _recording(tree)
    left: list[Any] = [name for name, admins in _changing(tree) if admins and name not in written]
    if place in ELSEWHERE:
        other = ast.parse((ROOT / ELSEWHERE[place]).read_text())
        return [] if _recording(other) - RECORDING else left
    return [name for name in left if (place, name) not in NOTHING_OF_OTHERS]


def test_routes_are_found_and_those_for_admins_among_them() -> None:
    held = dict(_changing(ast.parse((ROUTES / "payments/held_payments.py").read_text())))
    assert held == {"look_again": True, "give_back": True}
    assert dict(_changing(ast.parse((ROUTES / "marketplace/carts.py").read_text())))["add_item"] is False


@pytest.mark.parametrize("path", sorted(ROUTES.rglob("*.py")), ids=lambda path: str(path.relative_to(ROUTES)))
def test_what_a_route_lets_admins_change_stands_in_the_log(path: Path) -> None:
    assert _unrecorded(path) == []
