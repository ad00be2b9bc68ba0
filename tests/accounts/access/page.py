"""docs/access.md, written from the table: ``python -m tests.accounts.access.page > docs/access.md``."""

import sys
from pathlib import Path

from tests.support.access_table import PEOPLE, read_table

PAGE = Path(__file__).parents[3] / "docs" / "access.md"
HEAD = """\
# Who may ask what

Every route, and what each kind of person is answered. Written from `tests/accounts/access/table.txt` by
`python -m tests.accounts.access.page > docs/access.md`; a test asks every route as everybody, with things that are
really there and bodies that would succeed for their owner, and compares the answers with this page.

`200/404` is what somebody is answered about what is theirs, and about what is somebody else's of the same role: whoever
does not own a thing is not told that it is there, except where its number is public. **401** is "sign in", **403** "not
with your role" or "not yours". *Unverified* is a transporter whose papers no admin has accepted yet. *Key* is the scope
that an API key needs: with it, it is answered as its admin is, with any other **403**; `-` is closed to every key.
Public routes look at no key. A socket is `open`, or closed with the code that stands there.
"""


def page() -> str:
    """The whole page."""
    lines, section = [HEAD], ""
    for row in read_table().values():
        if row.section != section:
            section = row.section
            lines += [
                f"## {section}\n",
                f"| route | {' | '.join(PEOPLE)} | key |",
                "| --- |" + " --- |" * (len(PEOPLE) + 1),
            ]
            lines[-3:-2] = ["", lines[-3]] if len(lines) > 4 else [lines[-3]]
        cells = " | ".join(str(row.cells[who]) for who in PEOPLE)
        lines.append(f"| `{row.method} {row.path}` | {cells} | {row.scope} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
