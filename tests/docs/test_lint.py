"""`make lint` means the same on every Python that is supported, and the tests keep to their rooms."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_mypy_reads_the_stubs_of_the_python_that_runs_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    # Stubs of numpy for 3.12 and newer are written in that version's syntax: read as 3.11 they say nothing.
    assert "python_version" not in project["tool"]["mypy"]
    assert project["tool"]["mypy"]["strict"] is True


def test_every_supported_python_has_a_numpy_of_its_own() -> None:
    pins = (ROOT / "requirements" / "dev.txt").read_text()
    assert "numpy==" in pins
    for marker in ("python_full_version < '3.12'", "python_full_version >= '3.12'"):
        assert any(line.startswith("numpy==") and marker in line for line in pins.splitlines())


def _tests() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the tests with its path from the root."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text())


def _imported(tree: ast.Module) -> set[Path]:
    """The modules of the tests that a module imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {Path(name.replace(".", "/") + ".py") for name in names if name.startswith("tests.")}
    return {path for path in found if (ROOT / path).exists()}


def test_no_module_of_the_tests_imports_a_test_or_a_conftest_and_each_only_from_its_room_or_support() -> None:
    wrong = []
    for path, tree in _tests():
        for other in _imported(tree):
            is_shared = other.parent in {path.parent, *path.parent.parents, Path("tests/support")}
            if not is_shared or other.name == "conftest.py" or other.name.startswith("test_"):
                wrong.append(f"{path} imports {other}")
    assert wrong == []


def test_a_conftest_holds_fixtures_only() -> None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    wrong = [
        f"{path}: {node.name}"
        for path, tree in _tests()
        for node in tree.body
        if path.name == "conftest.py" and isinstance(node, definitions) and not node.name.startswith("pytest_")
        if not any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert wrong == []


def _sleeps(node: ast.AST) -> bool:
    """Whether a loop waits for a time, and not only for the loop's next turn."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    return any(ast.unparse(call.func).endswith(".sleep") and ast.unparse(call.args[0]) != "0" for call in calls)


def test_only_until_waits_for_what_becomes_so() -> None:
    wrong = []
    for path, tree in _tests():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in {"until", "wait_until"}:
                wrong.append(f"{path} defines {node.name}")
            if path.name.startswith("test_") and isinstance(node, ast.While) and _sleeps(node):
                wrong.append(f"{path}:{node.lineno} polls")
    assert wrong == [f"tests/support/waiting.py defines {name}" for name in ("until", "wait_until")]
