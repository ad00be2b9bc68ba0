"""docs/events.md: the catalogue is the code's, and the signature of the example is one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.cli.events_table import with_catalogue
from dispatch.webhooks.outcomes import SCHEDULE
from dispatch.webhooks.signing import new_secret, signed_headers

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()


def test_the_catalogue_on_the_page_is_that_of_the_code() -> None:
    told = "the page is older than the payloads: .venv/bin/python -m api.cli.events_table"
    assert with_catalogue(PAGE) == PAGE, told


def test_the_worked_example_checks_signatures_as_we_make_them() -> None:
    block = PAGE.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(compile(block, "docs/events.md", "exec"), names)  # noqa: S102  the page's own example, which has its own assert
    secret, at = new_secret(), datetime(2026, 1, 1, tzinfo=UTC)
    headers = signed_headers("evt_1", at, b"{}", [new_secret(), secret])
    assert names["is_ours"](secret, headers, b"{}", at.timestamp())
    assert not names["is_ours"](secret, headers, b"{} ", at.timestamp())
    assert not names["is_ours"](new_secret(), headers, b"{}", at.timestamp())
    assert not names["is_ours"](secret, headers, b"{}", at.timestamp() + 301)


def test_the_page_has_the_schedule() -> None:
    words = {5: "5 s", 300: "5 min", 1800: "30 min", 7200: "2 h", 18_000: "5 h", 36_000: "10 h"}
    told = [words[int(pause.total_seconds())] for pause in SCHEDULE.pauses]
    assert f"{', '.join(told[:5])},\n{told[5]} and {told[6]} later" in PAGE
