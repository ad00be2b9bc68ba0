"""Who may pay in the sandbox: Khalti's published test wallets, test cards, and one bank log-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.simulation.sandbox.banks import banks_of_mode
from api.simulation.sandbox.payments import Mode, Payment, mask_mobile

WALLETS: Final = tuple(f"980000000{digit}" for digit in range(6))
MPIN: Final = "1111"
OTP: Final = "987654"
BANK_USER: Final = "sandbox"
BANK_PASSWORD: Final = "sandbox"  # noqa: S105  a published test log-in, printed on the page
CARD: Final = "4242424242424242"
# What a card network answers to well-known test numbers; None is an approval.
_CARDS: Final = {
    CARD: None,
    "5555555555554444": None,
    "4000000000000002": "The card was declined.",
    "4000000000009995": "The card has insufficient funds.",
    "4000000000000069": "The card has expired.",
}
_NOT_DIGITS: Final = re.compile(r"[\s-]")


class FormError(Exception):
    """The form names a way or a bank that this payment does not offer; the text says which."""


@dataclass(frozen=True)
class Payer:
    """An accepted payer: how they pay, and the mobile as it may be shown."""

    mode: Mode
    bank: str | None
    mobile: str


class DeclinedError(Exception):
    """The wallet, card or bank said no; the text is shown to the person and contains nothing they typed."""


def chosen_mode(payment: Payment, name: str) -> Mode:
    """The way of paying that a request names, the first permitted one without a name. Raises FormError."""
    mode = next((mode for mode in payment.modes if mode.value == name), None)
    if name and mode is None:
        raise FormError("This payment does not offer that way to pay.")
    return mode or payment.modes[0]


def authenticate(payment: Payment, form: Mapping[str, str]) -> Payer:
    """Check what the person typed. Raises FormError or DeclinedError."""
    mode = chosen_mode(payment, form.get("mode", ""))
    bank = _chosen_bank(payment, mode, form.get("bank", ""))
    if mode is Mode.SCT:
        _check_card(form)
        return Payer(mode, None, "")
    if mode in {Mode.CONNECT_IPS, Mode.EBANKING}:
        if (form.get("username"), form.get("password")) != (BANK_USER, BANK_PASSWORD):
            raise DeclinedError("The bank did not accept the user name or password.")
        return Payer(mode, bank, "")
    mobile = _NOT_DIGITS.sub("", form.get("mobile", ""))
    if mobile not in WALLETS or form.get("mpin") != MPIN:
        raise DeclinedError("The mobile number or MPIN is wrong.")
    if form.get("otp") != OTP:
        raise DeclinedError("The one-time password is wrong.")
    return Payer(mode, bank, mask_mobile(mobile))


def _chosen_bank(payment: Payment, mode: Mode, idx: str) -> str | None:
    banks = banks_of_mode(mode)
    if not banks:
        return None
    if payment.bank and any(bank.idx == payment.bank for bank in banks):
        if idx and idx != payment.bank:
            raise FormError("The merchant fixed another bank for this payment.")
        return payment.bank
    if all(bank.idx != idx for bank in banks):
        raise FormError("Choose a bank." if not idx else "This bank does not offer that way to pay.")
    return idx


def _check_card(form: Mapping[str, str]) -> None:
    number = _NOT_DIGITS.sub("", form.get("card_number", ""))
    if not re.fullmatch(r"\d{2}/\d{2}", form.get("card_expiry", "")) or not re.fullmatch(
        r"\d{3,4}", form.get("cvv", "")
    ):
        raise DeclinedError("The card's expiry or CVV is not valid.")
    declined = _CARDS.get(number, "The card number is not one of the sandbox's test cards.")
    if declined:
        raise DeclinedError(declined)
