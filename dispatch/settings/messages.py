"""Mail and SMS."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from dispatch.settings.checks import HeaderSecret, HttpUrl, Networks, Port
from dispatch.settings.section import Section


class MessageSettings(Section):
    """Mail and SMS."""

    mail_from: str = Field("Marketplace <no-reply@localhost>", description="Sender of mails.")
    smtp_host: str | None = Field(None, description="SMTP server. Default: mails become files in the data folder.")
    smtp_port: Port = Field(587, description="Port of the SMTP server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls`, `tls` from the first byte (port 465), or `none`, for this machine only."
    )
    smtp_username: str | None = Field(None, description="Log-in at the SMTP server.")
    smtp_password: SecretStr | None = Field(None, description="Password at the SMTP server.")
    templates_dir: Path | None = Field(
        None, description="Folder of own message templates; each comes before ours of the same name."
    )
    sms_url: HttpUrl | None = Field(None, description="SMS provider's address. Default: no SMS are sent.")
    sms_token: HeaderSecret = Field(
        None, description="Bearer token at the SMS provider. Default: sent without, for a relay of your own."
    )
    webhook_networks: Networks = Field(
        (),
        description="Private networks that webhooks may be sent to, also without TLS, as JSON: "
        '`["10.1.0.0/16"]`. Default: none.',
    )
    parcel_messages: bool = Field(
        True, description="Buyers are written to when a parcel leaves, comes near and has arrived."
    )
    sms_sender: str = Field("Marketplace", description="Sender of SMS.")
