"""Signing in, guessing, mails about accounts."""

from typing import Annotated

from pydantic import Field

from dispatch.settings.checks import SigningKey, SigningKeys
from dispatch.settings.section import Section


class AccountSettings(Section):
    """Signing in, guessing, mails about accounts."""

    secret_key: SigningKey | None = Field(
        None,
        description="Signs access tokens; 32 characters at least, the same on every host. "
        "Default: made once and kept in the data folder.",
    )
    old_secret_keys: SigningKeys = Field(
        (),
        description="Keys before `DISPATCH_SECRET_KEY`, as JSON: while the key is exchanged, tokens that they signed "
        "are still taken. Nothing new is signed with them.",
    )
    access_token_s: Annotated[int, Field(ge=1)] = Field(3600, description="Life of an access token, seconds.")
    refresh_token_s: Annotated[int, Field(ge=1)] = Field(
        30 * 86400, description="Life of a refresh token, seconds; each use replaces it."
    )

    refresh_grace_s: Annotated[int, Field(ge=0, le=600)] = Field(
        30,
        description="For so long a refresh token that was used gives the same pair again, seconds: its answer may have "
        "been lost. 0 ends the sign-in at once.",
    )
    require_verified_email: bool = Field(
        True,
        description="Sellers and transporters act only once they have proved their e-mail address by a link in a mail.",
    )
    email_link_s: Annotated[int, Field(ge=300, le=30 * 86400)] = Field(
        2 * 86400, description="For so long a link that proves an e-mail address is good, seconds."
    )
    password_link_s: Annotated[int, Field(ge=300, le=7 * 86400)] = Field(
        3600, description="For so long a link for a new password is good, seconds."
    )
    account_mails_per_hour: Annotated[int, Field(ge=1, le=1000)] = Field(
        5, description="Links of each kind that one account may be sent in an hour."
    )
    password_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Password hashes that a worker process computes at once; each takes a core and the memory below."
    )
    password_memory_mb: Annotated[int, Field(ge=19, le=1024)] = Field(
        64,
        description="Memory that hashing a password takes, MiB: what makes guessing dear to whoever has stolen the "
        "hashes. Less is for small machines. Hashes of another cost still fit and are replaced at the next sign-in.",
    )
    password_queue: Annotated[int, Field(ge=0, le=10_000)] = Field(
        16, description="Password hashes that may wait for that in a worker process; beyond it 503 with `Retry-After`."
    )
    wrong_passwords_per_account: Annotated[int, Field(ge=0, le=100_000)] = Field(
        10,
        description="Wrong passwords for one account in the window below; then 429. From the fifth on each wait is "
        "twice the last. Addresses that signed in to it within 30 days have a count of their own. 0 is no limit.",
    )
    wrong_passwords_per_address: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        60, description="Wrong passwords from one address in the window (IPv6: from one /64). 0 is no limit."
    )
    wrong_passwords_window_s: Annotated[int, Field(ge=1, le=86400)] = Field(
        900, description="Window of the two limits above, from the first wrong password on, seconds."
    )
    registrations_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        20, description="Accounts that may be made from one address in an hour; 0 is no limit."
    )
    trust_local_registrations: bool = Field(
        True,
        description="Accounts that are registered from this machine itself, with nothing that forwards between, count "
        "as proved and are not limited. Never while `SITE_URL` says that a proxy stands in front.",
    )
    forgotten_per_hour: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        30, description="Links for new passwords that may be asked for from one address in an hour; 0 is no limit."
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description='Addresses or networks of proxies whose `X-Forwarded-For` is believed, as JSON: `["10.0.0.0/8"]`. '
        "Limits by address and the audit log go by it.",
    )
