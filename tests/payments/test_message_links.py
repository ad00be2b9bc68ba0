"""Where messages lead: pages that a person can read, not answers for programs."""

import re

import httpx
import pytest

from dispatch.notifications.templates import OURS

LINK = re.compile(r"\{\{ site_url \}\}([^\s\"<{}]*)(\{\{ \w+ \}\})?")


def _links() -> dict[str, str]:
    """Each path of a template, and one of the files it stands in."""
    found = {}
    for file in sorted(OURS.iterdir()):
        for path, name in LINK.findall(file.read_text()):
            found[path + ("DSP-UNKNOWN" if name else "")] = file.name
    return found


def test_mails_to_buyers_sellers_and_transporters_have_links() -> None:
    assert {"/shop/orders", "/seller", "/courier/documents", "/t/DSP-UNKNOWN"} <= set(_links())


@pytest.mark.parametrize(("path", "template"), _links().items())
async def test_every_link_of_a_message_opens_a_page(http: httpx.AsyncClient, path: str, template: str) -> None:
    reply = await http.get(path, headers={"Accept": "text/html"})
    assert reply.headers["Content-Type"].startswith("text/html"), template
    assert reply.status_code == (404 if "UNKNOWN" in path else 200), template
