"""Settings that production needs and that a demo does without, for ``dispatch doctor``."""

from api.cli.findings import Finding
from api.routes.payments.return_addresses import host_of, is_callback
from api.server.production import missing_settings
from dispatch.payments.settling.webhook_signatures import key_of
from dispatch.settings import Settings

MIN_WEBHOOK_KEY_BYTES = 24


def production_findings(settings: Settings) -> list[Finding]:
    """What is missing or weak; with DEBUG, that this is no production."""
    if settings.debug:
        return [Finding("mode", "ok", "DEBUG: Khalti's sandbox", "set DEBUG=False for production")]
    refused = [Finding(lack.variable, "bad", lack.found, lack.advice) for lack in missing_settings(settings)]
    weak = [*_metrics(settings), *_weak_addresses(settings), *_weak_secrets(settings), *_weak_messages(settings)]
    return [*refused, *_missing(settings), *weak]


def return_findings(settings: Settings) -> list[Finding]:
    """Where buyers' browsers may be sent after paying; also a shop that only tries things out should know."""
    found, usual = [], settings.khalti_return_url
    if not settings.return_hosts:
        advice = "list your shop's hosts: else a payment can send a browser anywhere"
        found.append(Finding("DISPATCH_RETURN_HOSTS", "warning", "any host", advice))
    if usual is not None and is_callback(usual, {host_of(settings.public_url) or ""}):
        advice = "this is where the gateway sends browsers; name a page of your shop"
        found.append(Finding("KHALTI_RETURN_URL", "bad", "our own callback", advice))
    return found


def _metrics(settings: Settings) -> list[Finding]:
    if settings.metrics_token is None and settings.metrics_port is None:
        advice = "set DISPATCH_METRICS_PORT, or DISPATCH_METRICS_TOKEN for the public port"
        return [Finding("DISPATCH_METRICS_PORT", "warning", "nobody may read /metrics", advice)]
    return []


def webhook_finding(settings: Settings) -> Finding:
    """Where webhooks must go, and whether whoever sends them was told so."""
    ours = f"{settings.public_url}/api/v1/payments/webhook/"
    told = settings.khalti_webhook_url
    if told is not None and told.rstrip("/") != ours.rstrip("/"):
        return Finding("KHALTI_WEBHOOK_URL", "warning", told, f"webhooks are taken at {ours} and nowhere else")
    advice = "give this address to whoever sends you webhooks; Khalti itself sends none"
    return Finding("webhooks", "ok", ours, advice)


def _missing(settings: Settings) -> list[Finding]:
    needed = {
        "DISPATCH_DATABASE_URL": settings.database_url,
        "DISPATCH_REDIS_URL": settings.redis_url,
        "DISPATCH_SMTP_HOST": settings.smtp_host,
        "DISPATCH_WEBHOOK_SECRETS": settings.webhook_secrets or None,
    }
    return [
        Finding(name, "bad", "not set", "production should have it") for name, value in needed.items() if value is None
    ]


def _weak_addresses(settings: Settings) -> list[Finding]:
    found = []
    for name, url in (
        ("KHALTI_RETURN_URL", settings.khalti_return_url),
        ("KHALTI_WEBHOOK_URL", settings.khalti_webhook_url),
    ):
        if url is not None and not url.startswith("https://"):
            found.append(Finding(name, "bad", "not https", "buyers and webhooks must come over TLS"))
    return found


def _weak_secrets(settings: Settings) -> list[Finding]:
    found = []
    for secret in settings.webhook_secrets:
        try:
            is_long = len(key_of(secret.get_secret_value())) >= MIN_WEBHOOK_KEY_BYTES
        except ValueError:
            found.append(Finding("DISPATCH_WEBHOOK_SECRETS", "bad", "no base64 after whsec_", "copy it again"))
            continue
        if not is_long:
            advice = f"use {MIN_WEBHOOK_KEY_BYTES} random bytes or more"
            found.append(Finding("DISPATCH_WEBHOOK_SECRETS", "bad", "one is short", advice))
    return found


def _weak_messages(settings: Settings) -> list[Finding]:
    found = []
    if settings.smtp_host is not None and settings.smtp_security == "none":
        advice = "use starttls or tls: mails name people and what they bought"
        if settings.smtp_host not in {"localhost", "127.0.0.1", "::1"}:
            found.append(Finding("DISPATCH_SMTP_SECURITY", "bad", "none", advice))
    if settings.smtp_host is not None and settings.mail_from.endswith("@localhost>"):
        found.append(Finding("DISPATCH_MAIL_FROM", "warning", settings.mail_from, "name your shop and its address"))
    if settings.sms_url is not None and settings.sms_token is None:
        found.append(
            Finding("DISPATCH_SMS_TOKEN", "warning", "not set", "providers ask for it; a relay of yours may not")
        )
    return found
