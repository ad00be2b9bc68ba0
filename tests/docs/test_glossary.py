"""The glossary leads where it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = [line for line in (ROOT / "docs" / "glossary.md").read_text().splitlines() if line.startswith("- ")]
ENTRY = re.compile(r"- \*\*(?P<word>[^*]+)\*\*: (?P<meaning>.+[.)]) `(?P<place>[\w./]+)`")


def test_every_entry_is_a_word_a_sentence_and_a_place() -> None:
    assert [line for line in LINES if ENTRY.fullmatch(line) is None] == []
    assert len(LINES) > 50


def test_every_place_of_the_glossary_is_a_module_that_is_there() -> None:
    places = {found["place"] for line in LINES if (found := ENTRY.fullmatch(line))}
    assert [place for place in sorted(places) if not (ROOT / place).is_file()] == []


def test_a_word_has_one_entry() -> None:
    words = [found["word"].lower() for line in LINES if (found := ENTRY.fullmatch(line))]
    assert [word for word in sorted(set(words)) if words.count(word) > 1] == []
