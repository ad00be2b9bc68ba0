"""What somebody may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_NAMED = 40


def is_near(name: str, known: Iterable[str]) -> bool:
    """Whether one of the known names may be meant."""
    return bool(get_close_matches(name, sorted(known), n=1))


def nearest(name: str, known: Iterable[str]) -> str:
    """Words to follow "… is no field here": the nearest known name, else all there are."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    if not names:
        return "; none is known here"
    return f"; known are {', '.join(names[:MOST_NAMED])}"
