"""Phone numbers, however they were pasted, in the one form in which they are kept: ``+977-9841234567``."""

import re
import unicodedata

import phonenumbers

HOME = "NP"
"""Whose numbers may be written without a country code."""
_SCHEME = re.compile(r"^\s*(?:tel|callto|sms|whatsapp)\s*:\s*(?://)?", re.IGNORECASE)
_WRITTEN = re.compile(r"\+?[0-9 ()./-]+")
_MINUSES = {"\u2212", "\u30fc", "\u2010", "\u00b7"}
LEAST_DIGITS = 3
"""So many different ones has a number that belongs to somebody."""


class NotAPhoneNumber(ValueError):
    """Nobody can be called there."""


def phone_number(text: str) -> str:
    """``+<country>-<number>``. Digits of any script, dashes and blanks of any kind, ``tel:`` and directional marks of
    pasted numbers are understood. Raises NotAPhoneNumber.
    """
    plain = _SCHEME.sub("", "".join(map(_plain, unicodedata.normalize("NFKC", text)))).strip()
    if not _WRITTEN.fullmatch(plain):
        raise NotAPhoneNumber(text)
    try:
        found = phonenumbers.parse(plain, HOME)
    except phonenumbers.NumberParseException:
        raise NotAPhoneNumber(text) from None
    national = phonenumbers.national_significant_number(found)
    # New ranges are given out before any list of them is; what could be a number of its country is taken for one.
    usable = phonenumbers.is_valid_number(found) or (
        phonenumbers.is_possible_number(found)
        and len(set(national)) >= LEAST_DIGITS
        and str(found.national_number) == national  # no zeros in front, outside the countries that have them
    )
    if not usable:
        raise NotAPhoneNumber(text)
    return f"+{found.country_code}-{national}"


def _plain(sign: str) -> str:
    """The ASCII sign that means the same."""
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return ""
    if kind == "Pd" or sign in _MINUSES:
        return "-"
    return " " if kind == "Zs" or sign in "\t\n\r" else sign
