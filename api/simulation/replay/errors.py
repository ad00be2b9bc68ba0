"""What can be wrong with the input of a replay."""


class UnusableFile(Exception):
    """The file as a whole cannot be replayed; the text says why."""


class BadRow(Exception):
    """One row cannot be used; the text is the reason, short enough to be counted by."""
