"""Cells of CSV files that are opened in spreadsheets."""

import unicodedata

# With these a spreadsheet takes a cell for a formula, and with `|` or `%` after some of them it starts programs.
FORMULA_SIGNS = frozenset("=+-@")


def safe_cell(value: object) -> str:
    """A cell as text; one that a spreadsheet could take for a formula begins with an apostrophe, which is not shown.

    Spreadsheets leave out blanks, line ends and signs that nobody sees before they look, and take full-width signs for
    the usual ones. Numbers of ours stay numbers.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and begins_formula(text) else text


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    for sign in unicodedata.normalize("NFKC", text):
        if sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            continue
        return sign in FORMULA_SIGNS or unicodedata.category(sign) == "Pd" or sign == "\u2212"
    return False
