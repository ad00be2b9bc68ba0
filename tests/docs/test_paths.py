"""What the documentation names exists: files by name, links, and anchors of links."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"), *ROOT.glob("docs/*.md")])


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [f"/{line}" for line in listed.stdout.splitlines()]


FILES = tracked()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_source_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"(?<![\w/.>-])([\w/-]+\.(?:py|lua|ts|tsx|sh))\b", page.read_text()))
    assert [name for name in sorted(named) if not any(file.endswith(f"/{name}") for file in FILES)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_documentation_leads_somewhere(page: Path) -> None:
    lost = []
    for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text()):
        leads_to = (page.parent / target).resolve() if target else page
        if not leads_to.exists() or (anchor and anchor not in anchors(leads_to)):
            lost.append(f"{target}#{anchor}")
    assert lost == []


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
