"""Text that people write, in the one form in which it is kept.

Composed (NFC), without blanks around it, and without the signs that no reader sees but that mislead one: directional
overrides, joiners of words, controls. A text in which nothing can be seen is the empty text.
"""

import re
import unicodedata

# Nothing of these is seen, though Unicode counts some of them as letters or symbols: fillers of Hangul, empty Braille.
BLANK_SIGNS = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u200e\u200f"
    "\u2060\u2061\u2062\u2063\u2064\u2065\u2800\u3164\ufeff\uffa0\ufffc"
)
# Around a text these say nothing. Joiners and selectors stay: the last letter or emoji may need them.
_AROUND = BLANK_SIGNS - {"\u200c", "\u200d", "\u180b", "\u180c", "\u180d", "\u180f"}
# Embeddings, overrides and isolates turn what follows around; the others are marks of programs, not of people.
_TAKEN_OUT = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC), 0x2060, 0xFEFF, 0xE0001], None
)
_LINE_END = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS_WITH_END = re.compile(r"\s*\n\s*|\t")
_VISIBLE_KINDS = frozenset("LNPSC")


class Unprintable(ValueError):
    """A character in a text that no text may have; the words say which."""


def has_visible(text: str) -> bool:
    """Whether a reader sees anything of it."""
    return any(map(_is_visible, text))


def visible_part(text: str) -> str:
    """What a reader sees of it, composed; for comparing, not for keeping."""
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in text if sign.isspace() or not _is_unseen(sign))
    ).strip()


def one_line(text: str) -> str:
    """The text as one line; line ends and tabs become blanks. Raises Unprintable."""
    return _cleaned(_BLANKS_WITH_END.sub(" ", _LINE_END.sub("\n", text)))


def several_lines(text: str) -> str:
    """The text with its lines, which end in a line feed. Raises Unprintable."""
    return _cleaned(_LINE_END.sub("\n", text))


def _cleaned(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(_TAKEN_OUT))
    for sign in text:
        _check(sign)
    if not has_visible(text):
        return ""
    start, end = 0, len(text)
    while _is_around(text[start]):
        start += 1
    while _is_around(text[end - 1]):
        end -= 1
    return text[start:end]


def _check(sign: str) -> None:
    if sign >= " " and sign.isprintable():
        return
    kind = unicodedata.category(sign)
    if sign == "\x00":
        raise Unprintable("must not contain the character NUL")
    if kind == "Cc" and sign not in "\n\t":
        raise Unprintable(f"must not contain the control character U+{ord(sign):04X}")
    if kind == "Cs" or ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF:  # noqa: PLR2004
        raise Unprintable(f"must be Unicode text, and U+{ord(sign):04X} is no character")


def _is_around(sign: str) -> bool:
    return sign.isspace() or sign in _AROUND


def _is_visible(sign: str) -> bool:
    """A letter, digit, sign or symbol, as which new characters count too; marks alone and private ones do not."""
    if sign.isspace() or sign in BLANK_SIGNS:
        return False
    kind = unicodedata.category(sign)
    return kind[0] in _VISIBLE_KINDS and kind not in {"Cc", "Cf", "Cs", "Co"} and not _is_ignorable(ord(sign))


def _is_unseen(sign: str) -> bool:
    return sign in BLANK_SIGNS or unicodedata.category(sign) in {"Cc", "Cf"} or _is_ignorable(ord(sign))


def _is_ignorable(code: int) -> bool:
    """Blocks that Unicode keeps for signs without a shape of their own."""
    return 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF or 0xFE00 <= code <= 0xFE0F  # noqa: PLR2004
