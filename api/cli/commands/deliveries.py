"""Commands about deliveries."""

from typing import Any

import click

from api.cli.numbers import Number, Whole
from api.cli.running import read_settings, run

NOTHING = "none"


@click.command("create-delivery")
@click.option("--marketplace-sale-id", type=Whole(1), required=True)
@click.option("--pickup-address", required=True)
@click.option("--pickup-latitude", type=Number())
@click.option("--pickup-longitude", type=Number())
@click.option("--pickup-contact-name", required=True)
@click.option("--pickup-contact-phone", required=True)
@click.option("--delivery-address", required=True)
@click.option("--delivery-latitude", type=Number())
@click.option("--delivery-longitude", type=Number())
@click.option("--delivery-contact-name", required=True)
@click.option("--delivery-contact-phone", required=True)
@click.option("--package-weight", type=Number(), help="kg. Default: what the sold products weigh, where that is known.")
@click.option("--delivery-fee", help="NPR. Default: what the zone of the pickup says, or else the settings.")
@click.option("--priority", default="normal", show_default=True, help="low, normal, high or urgent.")
@click.option("--pickup-instructions")
@click.option("--delivery-instructions")
@click.option("--special-instructions")
@click.option("--package-dimensions", help="Such as 30x20x15 cm.")
@click.option("--package-value", help="NPR. Default: what was paid for the sale.")
@click.option("--fragile", is_flag=True, default=None)
@click.option("--requires-signature", is_flag=True, default=None)
@click.option("--requested-pickup-date", help="With its offset, as 2026-11-22T10:30:00+05:45.")
@click.option("--requested-delivery-date", help="The same.")
@click.option("--ready-at", help="The same: when the parcel can be picked up.")
@click.option("--label", help="The seller's own number on the parcel.")
@click.option(
    "--proof-pickup", multiple=True, metavar="KIND", help="What the pickup requires: photo, signature or barcode."
)
@click.option(
    "--proof-drop-off", multiple=True, metavar="KIND", help="The drop-off: these, code or age; each by itself."
)
@click.option(
    "--proof-return", multiple=True, metavar="KIND", help="The way back. Default of all: as the seller has it."
)
@click.option("--proof-age-minimum", type=Whole(1), help="Years; goes with age at the drop-off.")
def create_delivery(
    proof_pickup: tuple[str, ...],
    proof_drop_off: tuple[str, ...],
    proof_return: tuple[str, ...],
    proof_age_minimum: int | None,
    **fields: Any,  # noqa: ANN401  # as click read them; the body's type checks them
) -> None:
    """Make the delivery of a sale."""
    from api.cli.operate import make_delivery

    proof: dict[str, Any] = {
        end: [] if kinds == (NOTHING,) else list(kinds)
        for end, kinds in (("pickup", proof_pickup), ("drop_off", proof_drop_off), ("return", proof_return))
        if kinds
    }
    if proof_age_minimum is not None:
        proof["age_minimum"] = proof_age_minimum
    told = {name: value for name, value in fields.items() if value is not None} | ({"proof": proof} if proof else {})
    run(make_delivery(read_settings(), told))
