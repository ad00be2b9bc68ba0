"""The bank that a buyer chose, for the ways to pay that need one."""

from dispatch.errors import Invalid
from dispatch.payments.models import PaymentMode
from dispatch.ports import GatewayError, PaymentGateway

BANK_TYPES = {PaymentMode.EBANKING: "ebanking", PaymentMode.MOBILE_BANKING: "mobilecheckout"}


async def check_bank(gateway: PaymentGateway, mode: PaymentMode, bank: str | None) -> None:
    """Raises Invalid where one is missing, or not among those that the gateway lists."""
    payment_type = BANK_TYPES.get(mode)
    if payment_type is None:
        return
    if not bank:
        raise Invalid(
            f"{mode.value} needs a bank.",
            code="BANK_REQUIRED",
            fields={"bank": "is required for MOBILE_BANKING and EBANKING; see /api/v1/payments/gateways/"},
        )
    try:
        banks = await gateway.list_banks(payment_type)
    except GatewayError:
        return  # the gateway itself will say whether it knows the bank
    if bank not in {known.idx for known in banks}:
        raise Invalid(
            f"{bank} is not a bank that {mode.value} reaches.",
            code="INVALID_BANK",
            fields={"bank": "is not in the list of /api/v1/payments/gateways/"},
        )
