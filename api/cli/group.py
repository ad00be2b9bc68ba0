"""A group of commands of ours."""

import sys

import click

from api.cli.running import complain
from api.server.garbage_collection import collect_seldom


class Group(click.Group):
    """Turns errors that people can do something about into one message, without a traceback.

    Commands are also known with underscores, as the contract writes one: ``create_delivery``.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        return super().get_command(ctx, cmd_name) or super().get_command(ctx, cmd_name.replace("_", "-"))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        collect_seldom()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:  # whoever reads us has enough
            raise
        except Exception as error:
            from api.server.startup_errors import reason_of

            told = reason_of(error)
            if told is None:
                raise
            complain(told)
