"""What can go wrong in the business, in its own words.

The API maps each class to a status; nothing here knows HTTP. ``extra`` holds further facts for the answer.

    DispatchError
    ├── Invalid        what was sent cannot be used; ``fields`` names the parts
    ├── NotSignedIn    nobody is known to be asking
    ├── Forbidden      known, but not allowed
    ├── NotFound       no such thing, or none that the asker may know of
    ├── Gone           it was there, and is not any more
    ├── Conflict       does not fit the present state
    ├── TooMany        more of it than anybody needs; try again later
    └── Unavailable    something we depend on does not answer; try again

    └── Unavailable    something we depend on does not answer; try again (PartlyDone: for the rest)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


class OperatorError(Exception):
    """Whoever runs the process can do something about it; the text says what is wrong and what to do."""


class DispatchError(Exception):
    """Base of all errors that a person can do something about."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.extra = extra


class Invalid(DispatchError):
    """What was sent cannot be used."""

    code = "invalid"

    def __init__(
        self, detail: str, *, fields: dict[str, str] | None = None, code: str | None = None, **extra: object
    ) -> None:
        super().__init__(detail, code=code, **extra)
        self.fields = fields or {}


class NotSignedIn(DispatchError):
    """Nobody is known to be asking."""

    code = "not_signed_in"


class Forbidden(DispatchError):
    """Known, but not allowed."""

    code = "forbidden"


class NotFound(DispatchError):
    """No such thing, or none that the asker may know of."""

    code = "not_found"


class Gone(DispatchError):
    """It was there, and is not any more."""

    code = "gone"


class Conflict(DispatchError):
    """Does not fit the present state."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit by the name that clients see: ``quota`` in ``window_s`` seconds, or at once where that is None."""

    name: str
    quota: int
    window_s: int | None = None


class TooMany(DispatchError):
    """More of it than anybody needs; after ``retry_after_s`` seconds it is welcome again."""

    code = "too_many_requests"

    def __init__(
        self, detail: str, retry_after_s: int, *, code: str | None = None, limit: Limit | None = None, **extra: object
    ) -> None:
        """``limit``: which; None where whoever counts has told it already."""
        super().__init__(detail, code=code, retry_after=retry_after_s, **extra)
        self.retry_after_s = retry_after_s
        self.limit = limit


class Unavailable(DispatchError):
    """Something we depend on does not answer; after ``retry_after_s`` seconds it may."""

    code = "unavailable"

    def __init__(self, detail: str, *, code: str | None = None, retry_after_s: int = 2, **extra: object) -> None:
        super().__init__(detail, code=code, **extra)
        self.retry_after_s = retry_after_s


class PartlyDone(Unavailable):
    """Something we depend on stopped answering in the midst: the detail says what was done and stays."""

    code = "partly_done"


def all_of(*checks: Callable[[], object]) -> None:
    """Make all checks, and raise what they found as one Invalid; the only one stays as it is.

    Errors of another kind are raised at once.
    """
    found: list[Invalid] = []
    for check in checks:
        try:
            check()
        except Invalid as error:
            found.append(error)
    raise_together(found)


def raise_together(found: Sequence[Invalid]) -> None:
    """Raise what was found as one Invalid, if anything; where all have one code, with that."""
    if len(found) == 1:
        raise found[0]
    if found:
        codes = {error.code for error in found}
        extra = {name: value for error in found for name, value in error.extra.items()}
        fields = {name: words for error in reversed(found) for name, words in error.fields.items()}
        raise Invalid(SEVERAL, fields=fields, code=codes.pop() if len(codes) == 1 else None, **extra)


SEVERAL = "Some fields are missing or wrong."
