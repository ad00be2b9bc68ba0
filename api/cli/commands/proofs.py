"""Commands about what proves handovers."""

import click

from api.cli.numbers import Whole
from api.cli.running import read_settings, run


@click.command("verify-proofs")
@click.option("--delivery", type=Whole(1), help="Only this delivery's.")
def verify_proofs(delivery: int | None) -> None:
    """Look whether what proved each handover is as it was written; ends with 2 where something is not."""
    from api.cli.proofs import verify

    run(verify(read_settings(), delivery))
