"""Which documents a transporter hands in as pictures, and what becomes of one."""

from enum import StrEnum
from typing import Final


class DocumentKind(StrEnum):
    """What can be handed in. A profile may name documents of other kinds as well, without pictures."""

    LICENCE = "licence"
    REGISTRATION = "registration"
    """Of the vehicle: the bluebook."""
    INSURANCE = "insurance"
    IDENTITY = "identity"


OF_VEHICLE: Final = frozenset({DocumentKind.REGISTRATION, DocumentKind.INSURANCE})
"""Another vehicle needs others of these."""
ENDLESS: Final = frozenset({DocumentKind.IDENTITY})
"""Those that may have no last day."""


class UploadState(StrEnum):
    """``waiting → approved | rejected | replaced | withdrawn``."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"
    """Its holder handed in another one before it was looked at."""
    WITHDRAWN = "withdrawn"
    """Its holder took it back, or stopped being a transporter, before it was looked at."""
