"""``python -m api.cli.lifecycles``: draws the lives of deliveries and orders into the docs, from their tables."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dispatch.deliveries.life import LIFE as DELIVERY
from dispatch.lifecycles import Lifecycle
from dispatch.orders.life import LIFE as ORDER
from dispatch.sales.life import LIFE as SALE

DOCS = Path(__file__).parents[2] / "docs"


def diagram(life: Lifecycle[Any]) -> str:
    """A state diagram in Mermaid, which GitHub and most readers of Markdown draw."""
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    lines += [f"    [*] --> {status.value}" for status in life.first]
    acts: dict[tuple[str, str], list[str]] = {}
    for move in life.moves:
        for source, target in move.passages():
            if source is not target:
                acts.setdefault((source.value, target.value), []).append(move.act.value)
    lines += [f"    {source} --> {target}: {', '.join(named)}" for (source, target), named in acts.items()]
    lines += [f"    {status.value} --> [*]" for status in life.ends]
    return "\n".join([*lines, "```"])


def table(life: Lifecycle[Any]) -> str:
    """A line an act: who may, from which statuses to which."""
    rows = []
    for move in life.moves:
        sources = ", ".join(f"`{status.value}`" for status in move.sources)
        target = "stays" if move.target is None else f"`{move.target.value}`"
        rows.append(f"| {move.act.value} | {move.means} | {move.who} | {sources} | {target} |")
    return "\n".join(["| act | then | who | while | becomes |", "| --- | --- | --- | --- | --- |", *rows])


def whole(life: Lifecycle[Any]) -> str:
    """Diagram and table."""
    return f"{diagram(life)}\n\n{table(life)}"


PARTS: dict[str, list[tuple[str, Callable[[], str]]]] = {
    "deliveries.md": [("life of a delivery", lambda: whole(DELIVERY))],
    "orders.md": [("life of an order", lambda: whole(ORDER)), ("life of a sale", lambda: whole(SALE))],
}
"""Which pages have what, between two comments that name it."""


def with_lives(name: str, page: str) -> str:
    """A page with its drawings as they are now. Raises ValueError where it has no place for one."""
    for what, write in PARTS[name]:
        begin, end = f"<!-- {what} -->", f"<!-- end of {what} -->"
        before, begun, rest = page.partition(begin)
        _, ended, after = rest.partition(end)
        if not begun or not ended:
            raise ValueError(f"{begin} and {end} are missing in docs/{name}")
        page = f"{before}{begin}\n{write()}\n{end}{after}"
    return page


def main() -> int:
    """Draw them anew."""
    for name in PARTS:
        page = DOCS / name
        page.write_text(with_lives(name, page.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
