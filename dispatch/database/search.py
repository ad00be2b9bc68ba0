"""Finding words in names however they are typed: composed or not, with other blanks, with or without nukta."""

import re
import unicodedata

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal_column

# The dot below a letter, which many leave out (बाज़ार, बाजार), and signs that join or keep apart and are not seen.
LEFT_OUT = "\u093c\u200b\u200c\u200d\u2060\ufeff"


def folded_text(text: str) -> str:
    """A text as it is compared: taken apart (NFKD), without nukta and joiners, with single blanks and none around."""
    apart = unicodedata.normalize("NFKD", text).translate(dict.fromkeys(map(ord, LEFT_OUT)))
    return re.sub(r"\s+", " ", apart).strip()


def contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text, both folded, in capitals or not."""
    apart = func.translate(func.normalize(column, literal_column("NFKD")), LEFT_OUT, "")
    return func.regexp_replace(apart, r"\s+", " ", "g").icontains(folded_text(text), autoescape=True)
