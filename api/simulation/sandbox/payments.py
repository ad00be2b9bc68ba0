"""What the gateway remembers of one payment session."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class Status(StrEnum):
    """Lookup statuses of KPG-2, spelled as Khalti spells them."""

    INITIATED = "Initiated"
    PENDING = "Pending"
    COMPLETED = "Completed"
    REFUNDED = "Refunded"
    PARTIALLY_REFUNDED = "Partially Refunded"
    EXPIRED = "Expired"
    CANCELED = "User canceled"


class Mode(StrEnum):
    """Ways to pay, as ``modes`` of initiate names them."""

    KHALTI = "KHALTI"
    SCT = "SCT"
    CONNECT_IPS = "CONNECT_IPS"
    MOBILE_BANKING = "MOBILE_BANKING"
    EBANKING = "EBANKING"


OPEN: Final = frozenset({Status.INITIATED, Status.PENDING})
PAID: Final = frozenset({Status.COMPLETED, Status.PARTIALLY_REFUNDED})
# Khalti answers the lookup of these with HTTP 400 and the normal JSON.
ENDED_UNPAID: Final = frozenset({Status.EXPIRED, Status.CANCELED})
# Money that came from a bank account cannot go back to it: the refund goes to a wallet, which needs `mobile`.
BANK_MODES: Final = frozenset({Mode.CONNECT_IPS, Mode.MOBILE_BANKING, Mode.EBANKING})


class Line(msgspec.Struct, frozen=True):
    """A line of ``product_details``, for the payment page; ``total_price`` in paisa."""

    name: str
    quantity: int
    total_price: int


class Part(msgspec.Struct, frozen=True):
    """A part of ``amount_breakdown``, for the payment page; paisa."""

    label: str
    amount: int


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment session; amounts in paisa, times aware.

    Neither the payer's nor the customer's phone, card or password is ever part of it, so that the
    journal holds no secret: ``mobile`` is masked (``98XXXXX001``) before it gets here.
    """

    pidx: str
    amount: int
    purchase_order_id: str
    purchase_order_name: str
    return_url: str
    website_url: str
    created_at: datetime
    expires_at: datetime
    customer_name: str = ""
    lines: tuple[Line, ...] = ()
    parts: tuple[Part, ...] = ()
    modes: tuple[Mode, ...] = tuple(Mode)
    bank: str | None = None
    status: Status = Status.INITIATED
    reason: str = ""
    transaction_id: str | None = None
    mobile: str = ""
    paid_mode: Mode | None = None
    paid_bank: str | None = None
    refunded_amount: int = 0
    # The lie that the control asked lookup to tell: `misreports` says whether, the amount (None: null) what.
    misreports: bool = False
    reported_amount: int | None = None

    @property
    def refundable(self) -> int:
        """Paisa that can still be refunded."""
        return self.amount - self.refunded_amount if self.status in PAID else 0

    @property
    def fee(self) -> int:
        """The merchant's fee in paisa: 1 % once money moved, else 0."""
        return self.amount // 100 if self.transaction_id else 0

    @property
    def total_amount(self) -> int | None:
        """Paisa that lookup reports; the true amount unless the control asked for another."""
        return self.reported_amount if self.misreports else self.amount


def mask_mobile(mobile: str) -> str:
    """``9800000001`` as Khalti's redirect shows it: ``98XXXXX001``."""
    return f"{mobile[:2]}XXXXX{mobile[-3:]}" if len(mobile) == len("98XXXXX001") else ""
