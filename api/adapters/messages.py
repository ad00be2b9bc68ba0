"""From settings to what carries messages."""

from collections.abc import Callable

from api.adapters.mail import FolderMailSender, SmtpMailSender
from api.adapters.sms import HttpSmsSender
from dispatch.notifications.ports import MailSender, SmsSender
from dispatch.notifications.templates import Templates
from dispatch.ports import Clock
from dispatch.settings import Settings


def build_templates(
    settings: Settings, account_link: Callable[[str, str], str], delivery_code: Callable[[str], str]
) -> Templates:
    """The message templates, the shop's own first.

    ``account_link(purpose, link_id)`` makes a link's address, ``delivery_code(salt)`` a customer's code.
    """
    known = {"site_url": settings.public_url, "account_link": account_link, "delivery_code": delivery_code}
    return Templates(settings.templates_dir, known)


def build_mail_sender(settings: Settings, clock: Clock) -> MailSender:
    """SMTP where a server is configured, else files in the data folder."""
    if settings.smtp_host is None:
        return FolderMailSender(settings.data_dir / "mail", settings.mail_from, clock)
    password = settings.smtp_password
    return SmtpMailSender(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        clock,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
    )


def build_sms_sender(settings: Settings) -> SmsSender | None:
    """The SMS provider, None where none is configured."""
    if settings.sms_url is None:
        return None
    token = settings.sms_token.get_secret_value() if settings.sms_token else ""
    return HttpSmsSender(settings.sms_url, token, settings.sms_sender)
