"""Commands about deliveries."""

from typing import Any, Final

import click

from api.cli.running import read_settings, run
from dispatch.plain_numbers import decimal_number, whole_number

NOTHING: Final = "none"
WHOLE: Final = frozenset({"marketplace_sale_id", "proof_age_minimum"})
DECIMAL: Final = frozenset(
    {"pickup_latitude", "pickup_longitude", "delivery_latitude", "delivery_longitude", "package_weight"}
)
NEEDED: Final = "  [required]"


@click.command("create-delivery")
@click.option("--marketplace-sale-id", metavar="NUMBER", help="Of which sale." + NEEDED)
@click.option("--pickup-address", help="Where it is picked up." + NEEDED)
@click.option("--pickup-latitude", metavar="DEGREES", help="Such as 27.6710; comes together with the longitude.")
@click.option("--pickup-longitude", metavar="DEGREES", help="Such as 85.4298.")
@click.option("--pickup-contact-name", help="Who gives it away." + NEEDED)
@click.option("--pickup-contact-phone", help="Such as +977-9841234567; without a country it is Nepal's." + NEEDED)
@click.option("--pickup-instructions", help="What the transporter should know there.")
@click.option("--delivery-address", help="Where it goes." + NEEDED)
@click.option("--delivery-latitude", metavar="DEGREES", help="Default of both: where the order's address lies.")
@click.option("--delivery-longitude", metavar="DEGREES", help="Comes together with the latitude.")
@click.option("--delivery-contact-name", help="Who gets it." + NEEDED)
@click.option("--delivery-contact-phone", help="As that of the pickup." + NEEDED)
@click.option("--delivery-instructions", help="What the transporter should know there.")
@click.option("--package-weight", metavar="KG", help="Default: what the sold products weigh, where that is known.")
@click.option("--package-dimensions", help="Such as 30x20x15 cm.")
@click.option("--package-value", metavar="NPR", help="Such as 1250.00. Default: what was paid for the sale.")
@click.option("--delivery-fee", metavar="NPR", help="Default: what the zone of the pickup says, or else the settings.")
@click.option("--priority", default="normal", show_default=True, help="low, normal, high or urgent.")
@click.option("--fragile", is_flag=True, default=None, help="It breaks easily.")
@click.option("--requires-signature", is_flag=True, default=None, help="Whoever gets it signs.")
@click.option("--special-instructions", help="What else to know of the parcel.")
@click.option("--requested-pickup-date", metavar="TIME", help="With its offset, as 2026-11-22T10:30:00+05:45.")
@click.option("--requested-delivery-date", metavar="TIME", help="The same; not before the pickup.")
@click.option("--ready-at", metavar="TIME", help="The same: when the parcel can be picked up.")
@click.option("--label", help="The seller's own number on the parcel, at most 64 signs.")
@click.option(
    "--proof-pickup",
    multiple=True,
    metavar="KIND",
    help="What the pickup requires: photo, signature or barcode, each by itself; or none.",
)
@click.option("--proof-drop-off", multiple=True, metavar="KIND", help="The drop-off: these, code or age; or none.")
@click.option(
    "--proof-return",
    multiple=True,
    metavar="KIND",
    help="The way back: as the pickup. Default of all three: what its seller's deliveries usually require.",
)
@click.option("--proof-age-minimum", metavar="YEARS", help="Goes with age at the drop-off. Default: 18.")
@click.option("--json", "as_json", is_flag=True, help="What was made as a JSON object.")
def create_delivery(*, as_json: bool, **fields: Any) -> None:  # noqa: ANN401  # the body's type checks what click read
    """Make the delivery of a sale.

    All that is missing or wrong is said at once. Ends with 0 where it is made, else with 2.
    """
    from api.cli.operate import make_delivery

    told = {name: _number(name, value) for name, value in fields.items() if value is not None}
    proof: dict[str, Any] = {}
    for end in ("pickup", "drop_off", "return"):
        if kinds := told.pop(f"proof_{end}"):
            proof[end] = [] if kinds == (NOTHING,) else list(kinds)
    if "proof_age_minimum" in told:
        proof["age_minimum"] = told.pop("proof_age_minimum")
    run(make_delivery(read_settings(), told | ({"proof": proof} if proof else {}), as_json=as_json))


def _number(name: str, value: Any) -> Any:  # noqa: ANN401  # as click read it
    """A number where one belongs; what is none stays as it is, and is refused with all else that is wrong."""
    read = whole_number if name in WHOLE else decimal_number if name in DECIMAL else None
    try:
        return value if read is None else read(value)
    except ValueError:
        return value
