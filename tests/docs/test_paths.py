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


def test_the_map_of_the_readme_has_every_folder_and_no_other() -> None:
    drawn = (ROOT / "README.md").read_text().partition("## The map")[2].split("```")[1]
    named, top = set(), ""
    for line in drawn.splitlines():
        if found := re.match(r"(  )?([a-z]+)/ ", line):
            top = top if found[1] else found[2]
            named.add(f"{top}/{found[2]}" if found[1] else top)
    folders = {file[1:].rpartition("/")[0] for file in FILES}
    there = {"/".join(folder.split("/")[:2]) for folder in folders if folder and not folder.startswith(".")}
    there |= {folder.partition("/")[0] for folder in there}
    told_in_a_line = {"benchmarks", "tests", "docs"}  # as the code that they are about
    assert named == {folder for folder in there if folder.partition("/")[0] not in told_in_a_line} | told_in_a_line
    for folder in sorted(folder for folder in there if folder.startswith("benchmarks/")):
        assert f"{folder.partition('/')[2]}/" in drawn
