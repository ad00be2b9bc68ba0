"""``dispatch verify-proofs``: rows and files of proofs, beside the hashes that were written with them."""

from api.cli.context import operating
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.deliveries.proof_verification import ProofVerification, Verified
from dispatch.proofs.verifying import Finding
from dispatch.settings import Settings

console = make_console()
MOST_SHOWN = 100


async def verify(settings: Settings, delivery_id: int | None) -> None:
    """Of one delivery, or of all. Raises CommandError where something is not as it was written."""
    async with operating(settings) as services:
        parts = services.deliveries
        verification = ProofVerification(parts.photos, parts.proof_keys.seals)
        if delivery_id is None:
            found = await verification.of_all(services.database)
        else:
            async with services.database.work() as work:
                delivery = await parts.deliveries(work).get(delivery_id)
                found = await verification.of_delivery(work, delivery)
    _tell(found)


def _tell(found: Verified) -> None:
    for one in found.findings[:MOST_SHOWN]:
        console.print(_sentence(one))
    if len(found.findings) > MOST_SHOWN:
        console.print(f"… and {len(found.findings) - MOST_SHOWN} more.")
    looked = _counted(found.handovers, "handover")
    if found.attempts:
        looked += f" and {_counted(found.attempts, 'attempt')}"
    if found.findings:
        raise CommandError(f"Not everything is as it was written: {len(found.findings)} found in {looked}.")
    console.print(f"All is as it was written: {looked}, last hash {found.last_hash or 'none'}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"


def _sentence(one: Finding) -> str:
    place = [] if one.delivery_id is None else [f"delivery {one.delivery_id}"]
    place += [] if one.number is None else [f"its record {one.number}"]
    place += [] if one.place_in_all is None else [f"record {one.place_in_all} of all"]
    return f"{', '.join(place) or 'the chain'}: {one.fault.value.replace('_', ' ')}"
