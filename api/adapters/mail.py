"""E-mail over SMTP, or into a folder where no SMTP server is configured: implements the MailSender port."""

import asyncio
import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final, Literal

import aiosmtplib

from api.process.private_files import private_folder, write_privately
from dispatch.notifications.ports import Mail, SendFailed, SendRefused
from dispatch.ports import Clock

Security = Literal["starttls", "tls", "none"]
_PERMANENT: Final = 500
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


def compose(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    """The mail as it travels: text and HTML, and a Message-ID that is the same on every try.

    Raises SendRefused where an address cannot be one.
    """
    message = EmailMessage(policy=SMTP)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    try:
        message["From"] = sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
    except ValueError as error:
        raise SendRefused("The address or the subject cannot stand in a mail.") from error
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


class SmtpMailSender:
    """Hands mails to an SMTP server, one connection each: mails are few, and a lost connection loses one try."""

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        clock: Clock,
        *,
        security: Security = "starttls",
        username: str | None = None,
        password: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """``security``: starttls upgrades the connection, tls begins with it, none is for this machine only."""
        self._host = host
        self._port = port
        self._sender = sender
        self._clock = clock
        self._security = security
        self._username = username
        self._password = password
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        return f"SmtpMailSender({self._host!r}, {self._port})"

    async def send(self, mail: Mail) -> None:
        """Raises SendFailed where trying again may help, SendRefused where the server wants none of it."""
        message = compose(mail, self._sender, self._clock)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=self._timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            # The server's words may quote the address.
            codes = [refusal.code for refusal in error.recipients]
            final = all(code >= _PERMANENT for code in codes)
            raise (SendRefused if final else SendFailed)(f"The server refused the recipient: {codes}.") from None
        except aiosmtplib.SMTPAuthenticationError:
            raise SendFailed("The server does not accept our log-in; check DISPATCH_SMTP_USERNAME.") from None
        except aiosmtplib.SMTPResponseException as error:
            final = error.code >= _PERMANENT
            raise (SendRefused if final else SendFailed)(f"The server answered {error.code}.") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailed(f"The mail server was not reached: {type(error).__name__}.") from None


class FolderMailSender:
    """Writes mails as ``.eml`` files. The name comes from the key: the same mail twice is one file."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Raises SendFailed where the file cannot be written."""
        content = compose(mail, self._sender, self._clock).as_bytes()
        try:
            await asyncio.to_thread(self._write, _NOT_IN_NAMES.sub("-", mail.key)[:150], content)
        except OSError as error:
            raise SendFailed(f"The mail could not be written: {error.strerror}.") from None

    def _write(self, name: str, content: bytes) -> None:
        write_privately(private_folder(self._folder) / f"{name}.eml", content)
