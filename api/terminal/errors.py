"""What a command says where it cannot go on."""

from dispatch.errors import OperatorError


class CommandError(OperatorError):
    """The command cannot be carried out; the text says why and what to do."""
