"""The banks that the gateway pretends to reach. Names and SWIFT codes are those of real Nepali banks."""

from typing import Final

import msgspec

from api.simulation.sandbox.payments import Mode


class Bank(msgspec.Struct, frozen=True):
    """One record of ``GET /api/v5/bank/``, with the keys that Khalti's sample shows."""

    idx: str
    name: str
    short_name: str
    logo: str
    swift_code: str
    has_ebanking: bool
    has_mobile_checkout: bool
    has_cardpayment: bool = False
    address: str = "Kathmandu"
    ebanking_url: str = ""
    has_direct_withdraw: bool = True
    has_nchl: bool = True
    has_mobile_banking: bool = False
    play_store: str = ""
    app_store: str = ""
    branches: tuple[str, ...] = ()


_LOGOS: Final = "https://khalti-static.s3.ap-south-1.amazonaws.com/media/bank_logo"

# idx, name, short name, SWIFT, e-banking, mobile checkout
_ROWS: Final = (
    ("global_ime_bank", "Global IME Bank", "GIBL", "GLBBNPKA", True, True),
    ("nabil_bank", "Nabil Bank", "NABIL", "NARBNPKA", True, True),
    ("himali_bank", "Himali Bank", "HBL", "HIMANPKA", True, True),
    ("nepal_sbi_bank", "Nepal SBI Bank", "NSBI", "NSBINPKA", True, False),
    ("adbl", "Agricultural Development Bank", "ADBL", "ADBLNPKA", True, True),
    ("nic_asia_bank", "NIC Asia Bank", "NICA", "NICENPKA", True, True),
    ("siddhartha_bank", "Siddhartha Bank", "SBL", "SIDDNPKA", True, True),
    ("sanima_bank", "Sanima Bank", "SANIMA", "SNMANPKA", False, True),
    ("machhapuchchhre_bank", "Machhapuchchhre Bank", "MBL", "MBLNNPKA", False, True),
    ("rastriya_banijya_bank", "Rastriya Banijya Bank", "RBB", "RBBANPKA", False, True),
    ("everest_bank", "Everest Bank", "EBL", "EVBLNPKA", True, False),
    ("nmb_bank", "NMB Bank", "NMB", "NMBBNPKA", True, True),
)

BANKS: Final = tuple(
    Bank(idx, name, short, f"{_LOGOS}/{idx}.jpg", swift, has_ebanking=ebanking, has_mobile_checkout=mobile)
    for idx, name, short, swift, ebanking, mobile in _ROWS
)


def banks_of_type(payment_type: str | None) -> tuple[Bank, ...] | None:
    """Banks of ``ebanking`` or ``mobilecheckout``, all of them without a type, None for an unknown type."""
    if not payment_type:
        return BANKS
    if payment_type == "ebanking":
        return tuple(bank for bank in BANKS if bank.has_ebanking)
    if payment_type == "mobilecheckout":
        return tuple(bank for bank in BANKS if bank.has_mobile_checkout)
    return None


def banks_of_mode(mode: Mode) -> tuple[Bank, ...]:
    """Banks a person can choose in this mode; empty where no bank is chosen."""
    if mode is Mode.EBANKING:
        return tuple(bank for bank in BANKS if bank.has_ebanking)
    if mode is Mode.MOBILE_BANKING:
        return tuple(bank for bank in BANKS if bank.has_mobile_checkout)
    return BANKS if mode is Mode.CONNECT_IPS else ()


def find_bank(idx: str) -> Bank | None:
    """The bank with this idx, or None."""
    return next((bank for bank in BANKS if bank.idx == idx), None)
