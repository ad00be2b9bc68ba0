"""What can be wrong with a day."""

from api.terminal.errors import CommandError


class UnusableDay(CommandError):
    """The files are no day; the text names what is wrong in them, file and line first."""


class DayStuck(CommandError):
    """The server did not do what the day asked of it; the text says what."""
