"""E-mail addresses: written in one way, known in one way, and none that looks like another.

An address is kept in NFC and lower case, so that mails reach it. Accounts are told apart by its ``email_key``, in
which also letters that differ only in case folding (``ß`` and ``ss``) are one.
"""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from dispatch.errors import Invalid

MAX_EMAIL = 254
# Before normalising, which makes some texts longer and some shorter.
MAX_EMAIL_TYPED = 2 * MAX_EMAIL
# Scripts that are written together, after UTS #39.
WRITTEN_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
)
RESERVED = ".invalid"
NO_ADDRESS = "must be an e-mail address, like sita@example.com"


def normalised_email(text: str) -> str:
    """The form in which an address is kept; of any text, also of one that is no address."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())


def email_key(email: str) -> str:
    """By which accounts are told apart."""
    return unicodedata.normalize("NFC", normalised_email(email).casefold())


def checked_email(text: str, *, field: str = "email", deliverable: bool = True) -> str:
    """An address that can be one, normalised. Raises Invalid with what is wrong with it.

    ``deliverable``: no reserved domains such as ``.invalid``, which accounts of replays and load runs have.
    """
    email = normalised_email(text)
    # The library knows no way to let one reserved domain pass: its form is looked at under another.
    reserved = RESERVED if not deliverable and email.endswith(RESERVED) else ""
    asked = email.removesuffix(reserved) + ".example" if reserved else email
    try:
        found = validate_email(asked, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError as error:
        why = f": {str(error).rstrip('.')}" if "@" in email else ""
        raise _refused(field, f"{NO_ADDRESS}{why}") from None
    email = normalised_email(found.normalized)
    if reserved:
        email = email.removesuffix(".example") + reserved
    if len(email) > MAX_EMAIL or len(email_key(email)) > MAX_EMAIL:
        raise _refused(field, f"must have at most {MAX_EMAIL} characters")
    if not email.isascii():
        local, _, domain = email.rpartition("@")
        for part in (local, *domain.split(".")):
            _check_look(part, field)
    return email


def _refused(field: str, problem: str) -> Invalid:
    return Invalid("The e-mail address cannot be used.", fields={field: problem})


def _check_look(part: str, field: str) -> None:
    """Raises Invalid for signs that look like others: full-width letters, mixed scripts, homoglyphs."""
    from confusable_homoglyphs import categories, confusables  # type: ignore[import-untyped]  # noqa: PLC0415  1 MB

    if part.isascii():
        return
    if unicodedata.normalize("NFKC", part) != part:
        raise _refused(field, "has signs that look like ordinary letters; write it with ordinary ones")
    scripts = set(categories.unique_aliases(part)) - {"COMMON", "INHERITED"}
    if len(scripts) > 1 and not any(scripts <= together for together in WRITTEN_TOGETHER):
        names = ", ".join(sorted(script.title() for script in scripts))
        raise _refused(field, f"mixes letters of several scripts ({names}); write it in one")

    def looks_ascii(sign: str) -> bool:
        found = confusables.is_confusable(sign, greedy=True)
        return bool(found) and any(other["c"].isascii() for match in found for other in match["homoglyphs"])

    letters = [sign for sign in part if sign.isalpha()]
    foreign = [sign for sign in letters if not sign.isascii()]
    suspicious = [sign for sign in foreign if looks_ascii(sign)]
    # One letter among Latin ones is enough to deceive; of another script's word only one that is all look-alikes.
    if suspicious and ("LATIN" in scripts or len(suspicious) == len(letters)):
        raise _refused(field, f"has letters that look like others: {', '.join(sorted(set(suspicious)))}")
