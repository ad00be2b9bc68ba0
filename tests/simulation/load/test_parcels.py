"""Parcels that a load run watches."""

from api.cli.target import base_url, operating_server, sign_in_drivers
from api.server.serving import RunningServer
from api.simulation.load.parcels import find_or_make_parcels


async def test_a_second_run_watches_the_parcels_of_the_first_and_makes_only_those_that_are_missing(
    server: RunningServer,
) -> None:
    base = base_url(server.settings, None)
    async with operating_server(server.settings, base) as services:
        drivers = await sign_in_drivers(services, base, ["parcels-1", "parcels-2"], business_name="Load test")
        first = await find_or_make_parcels(services, base, drivers[:1])
        both = await find_or_make_parcels(services, base, drivers)
        again = await find_or_make_parcels(services, base, drivers)
    assert both[:1] == first
    assert again == both
    assert len(set(both)) == len(drivers)
