"""What arrives in somebody's mailbox: the files that the server writes where no SMTP server is configured."""

import email
import email.policy
import functools
import re
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support.waiting import until
from tests.support.world import World

LINK = re.compile(r"https?://\S+")


def mails_to(world: World, address: str, subject: str) -> list[EmailMessage]:
    """Those that have arrived, oldest first."""
    folder = world.server.settings.data_dir / "mail"
    found: list[tuple[int, EmailMessage]] = []
    for path in folder.glob("*.eml"):
        with suppress(FileNotFoundError):
            written_ns = path.stat().st_mtime_ns
            mail = _read(path, written_ns)
            if mail["To"] == address and mail["Subject"] == subject:
                found.append((written_ns, mail))
    return [mail for _, mail in sorted(found, key=lambda pair: pair[0])]


async def mail_to(world: World, address: str, subject: str, *, count: int = 1) -> EmailMessage:
    """The newest, once there are so many."""
    mails: list[EmailMessage] = []

    def have_arrived() -> bool:
        mails[:] = mails_to(world, address, subject)
        return len(mails) >= count

    await until(have_arrived)
    return mails[-1]


async def link_to(world: World, address: str, subject: str, *, count: int = 1) -> str:
    """The link in the newest mail of this subject."""
    mail = await mail_to(world, address, subject, count=count)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(LINK.findall(str(body.get_content()))[0])


def token_of(link: str) -> str:
    """The token of a link."""
    return parse_qs(urlsplit(link).query)["token"][0]


@functools.cache
def _read(path: Path, written_ns: int) -> EmailMessage:
    """Each once: whoever waits for one looks through all that the run has sent so far."""
    del written_ns  # a file that is written anew is another mail
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
