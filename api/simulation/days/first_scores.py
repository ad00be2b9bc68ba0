"""How those scored who got the parcels of a day first, by what the server kept of its decisions."""

from api.simulation.days.parcels import Parcel
from api.simulation.days.town import Town


async def first_scores(town: Town) -> dict[str, float]:
    """By the order's name, 0 to 100: of the courier that had the parcel first, when that was decided or offered.

    Whom the server had not scored (somebody beyond the radius, given by hand) is missing. Raises DayStuck.
    """
    numbers = {rider.courier.name: number for number, rider in town.riders.items()}
    scores: dict[str, float] = {}
    for parcel in town.parcels.values():
        if parcel.assignments:
            first = numbers[parcel.assignments[0].courier]
            score = await _decided(town, parcel, first)
            if score is None:
                score = await _offered(town, parcel, first)
            if score is not None:
                scores[parcel.order.name] = score
    return scores


async def _decided(town: Town, parcel: Parcel, transporter_id: int) -> float | None:
    at = town.clock.at(parcel.assignments[0].at_s / 60).isoformat()
    path = f"/api/deliveries/{parcel.delivery_id}/decision/"
    reply = await town.api.ask("GET", path, town.admin, transporter=transporter_id, at=at)
    asked = reply.body["asked"] if reply.is_good and reply.body["transporter_id"] == transporter_id else None
    return None if asked is None or asked["scores"] is None else float(asked["scores"]["total"])


async def _offered(town: Town, parcel: Parcel, transporter_id: int) -> float | None:
    """Where it took an offer, which is nobody else's decision."""
    answer = await town.api.must("GET", f"/api/deliveries/{parcel.delivery_id}/offers/", town.admin)
    for search in answer["searches"]:
        for offer in search["offers"]:
            if offer["transporter_id"] == transporter_id and offer["status"] == "accepted":
                return None if offer["score"] is None else float(offer["score"])
    return None
