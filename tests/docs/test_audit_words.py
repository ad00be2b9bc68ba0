"""The audit log on the operations page says in a sentence what was done, in English and in Nepali, whatever it was."""

import ast
import json
import re
from pathlib import Path

import pytest

from api.routes.deliveries.bulk_operations import ACTIONS
from dispatch.dead_letters import SOURCES
from dispatch.jobs.dead_letters import dead_items

ROOT = Path(__file__).parents[2]
ACT = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDING = {"record", "record_counted"}
# Where names of acts are put together, or come from elsewhere.
ELSEWHERE = {
    "api/routes/deliveries/losses.py": {"delivery.lost", "delivery.damaged"},
    "api/routes/operations/dead_letters.py": {
        f"{source.subject}.retried" for source in (*SOURCES, dead_items(frozenset()))
    },
    "dispatch/assignments/changes/many.py": set(ACTIONS.values()),
}


def acts_of(path: Path) -> set[str]:
    """What a module writes into the log; where that is no constant at the call, whatever in it is named like an act."""
    tree = ast.parse(path.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module is not None]
    if not any("audit.service" in (node.module or "") and _recording(node) for node in imports):
        return set()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in RECORDING]
    named = {call.args[2].value for call in calls if isinstance(call.args[2], ast.Constant)}
    if all(isinstance(call.args[2], ast.Constant) for call in calls):
        return {str(act) for act in named}
    elsewhere = ELSEWHERE.get(str(path.relative_to(ROOT)))
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    others = (
        {one for one in constants if isinstance(one, str) and ACT.fullmatch(one)} if elsewhere is None else elsewhere
    )
    return {str(act) for act in named | others}


def _recording(node: ast.ImportFrom) -> bool:
    return any(alias.name in RECORDING for alias in node.names)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


@pytest.mark.parametrize("language", ["en", "ne"])
def test_every_act_of_the_audit_log_has_its_sentence(language: str) -> None:
    words = json.loads((ROOT / "web/ops/words.json").read_text())[language]
    modules = [path for room in ("api", "dispatch") for path in sorted((ROOT / room).rglob("*.py"))]
    acts = {act for path in modules for act in acts_of(path)}
    assert {"delivery.lost", "sale.cancelled", "sign_in.failed", "category.added"} <= acts
    assert sorted(act for act in acts if f"did.{act}" not in words) == []


@pytest.mark.parametrize("language", ["en", "ne"])
def test_every_job_that_waits_in_the_background_has_its_word_beside_how_long_it_waits(language: str) -> None:
    words = json.loads((ROOT / "web/ops/words.json").read_text())[language]
    named = re.compile(r'^ {4}name: ClassVar\[str\] = "([a-z-]+)"$', re.MULTILINE)
    jobs = {job for path in sorted((ROOT / "dispatch").rglob("*.py")) for job in named.findall(path.read_text())}
    assert {"messages", "offer-notices"} <= jobs
    assert sorted(job for job in jobs if f"kind.{job}" not in words) == []


@pytest.mark.parametrize("language", ["en", "ne"])
def test_every_kind_of_thing_in_the_audit_log_has_its_word(language: str) -> None:
    words = json.loads((ROOT / "web/ops/words.json").read_text())[language]
    modules = [path for room in ("api", "dispatch") for path in sorted((ROOT / room).rglob("*.py"))]
    trees = [ast.parse(path.read_text()) for path in modules if "audit.service" in path.read_text()]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    things = [call.args[3] for call in calls if _name(call) in RECORDING and len(call.args) > 3]
    kinds = {str(thing.value) for thing in things if isinstance(thing, ast.Constant)}
    kinds |= {source.subject for source in (*SOURCES, dead_items(frozenset()))}
    assert {"delivery", "document", "import"} <= kinds
    assert sorted(kind for kind in kinds if f"thing.{kind}" not in words) == []
