"""Field checks in the words of Khalti's server, which speaks like Django REST framework."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

MAX_AMOUNT_PAISA: Final = 10**12
_MAX_DIGITS: Final = 100
_TRAILING_ZEROS: Final = re.compile(r"\.0*\s*$")
_PLAIN_URL: Final = re.compile(r"[!-~]+")

Errors = dict[str, Any]


class InvalidError(Exception):
    """The request breaks the contract; ``errors`` is what the client is told, field by field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("validation_error")
        self.errors = errors


class _FieldError(Exception):
    def __init__(self, message: Any) -> None:  # noqa: ANN401  a sentence, or a nested structure of them
        super().__init__("field")
        self.message = message if isinstance(message, (list, dict)) else [message]


class Fields:
    """Reads one JSON object field by field and collects what is wrong with it."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.errors: Errors = {}

    def fail(self, name: str, message: Any) -> None:  # noqa: ANN401
        """Record an error of ``name``; the first one stays."""
        self.errors.setdefault(name, message if isinstance(message, (list, dict)) else [message])

    def text(self, name: str, *, required: bool = True, limit: int = 255) -> str:
        """A string, numbers taken as their digits; '' when absent and not required, or wrong."""
        if not self._present(name, required=required):
            return ""
        try:
            text = as_text(self._body[name], limit)
        except _FieldError as error:
            self.fail(name, error.message)
            return ""
        if not text and required:
            self.fail(name, "This field may not be blank.")
        return text

    def url(self, name: str) -> str:
        """An http or https URL of printable ASCII."""
        text = self.text(name, limit=2000)
        if text and not is_url(text):
            self.fail(name, "Enter a valid URL.")
        return text

    def integer(self, name: str, *, required: bool = True, least: int = 0, most: int = MAX_AMOUNT_PAISA) -> int:
        """An integer, also as a string of digits, as Khalti's samples send it; 0 when absent or wrong."""
        if not self._present(name, required=required):
            return 0
        try:
            return as_integer(self._body[name], least, most)
        except _FieldError as error:
            self.fail(name, error.message)
            return 0

    def objects(self, name: str, limit: int = 500) -> list[dict[str, Any]]:
        """A list of JSON objects; [] when absent or wrong."""
        value = self._body.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(name, f'Expected a list of items but got type "{_type_name(value)}".')
            return []
        wrong = [item for item in value if not isinstance(item, dict)]
        if wrong:
            kind = _type_name(wrong[0])
            self.fail(name, {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
            return []
        if len(value) > limit:
            self.fail(name, f"Ensure this field has no more than {limit} elements.")
            return []
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """A JSON object; {} when absent or wrong."""
        value = self._body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            kind = _type_name(value)
            self.fail(name, {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
            return {}
        return value

    def raise_if_wrong(self) -> None:
        """Raise InvalidError when anything was wrong."""
        if self.errors:
            raise InvalidError(self.errors)

    def _present(self, name: str, *, required: bool) -> bool:
        if name not in self._body:
            if required:
                self.fail(name, "This field is required.")
            return False
        if self._body[name] is None:
            if required:
                self.fail(name, "This field may not be null.")
            return False
        return True


def as_text(value: object, limit: int) -> str:
    """Trimmed text of a JSON value. Raises _FieldError with Khalti's words."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _FieldError("Not a valid string.")
    text = str(value).strip()
    if "\x00" in text:
        raise _FieldError("Null characters are not allowed.")
    if len(text) > limit:
        raise _FieldError(f"Ensure this field has no more than {limit} characters.")
    return text


def as_integer(value: object, least: int, most: int) -> int:
    """A whole number within bounds. Raises _FieldError with Khalti's words."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _FieldError("A valid integer is required.")
    digits = str(value)
    if len(digits) > _MAX_DIGITS:
        raise _FieldError("A valid integer is required.")
    try:
        number = int(_TRAILING_ZEROS.sub("", digits))
    except ValueError:
        raise _FieldError("A valid integer is required.") from None
    if number < least:
        raise _FieldError(f"Ensure this value is greater than or equal to {least}.")
    if number > most:
        raise _FieldError(f"Ensure this value is less than or equal to {most}.")
    return number


def is_url(text: str) -> bool:
    """Whether ``text`` is an absolute http(s) URL that is safe to put into a Location header."""
    if not _PLAIN_URL.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _type_name(value: object) -> str:
    return type(value).__name__
