"""Whoever asks for estimates, from however many addresses, learns the cells of couriers and sellers and no place."""

from typing import Any

import httpx
import numpy as np

from api.process.resources import Addresses
from api.server.app import create_app
from api.server.services import build_services
from dispatch.geo import cell_middles, geo_cell
from tests.support.own_database import world_of_its_own
from tests.support.places import north_of, somewhere
from tests.support.reading import Statements
from tests.support.senders import basket, door_of, estimated, path_of, sender
from tests.support.world import Place, World, ok


def _in_cell(place: Place, signs: int, share: float) -> Place:
    """A point of the cell of a place, that share from its corner to the opposite one."""
    cell = geo_cell(*place, signs)
    return cell.lat + (share - 0.5) * cell.height_deg, cell.lon + (share - 0.5) * cell.width_deg


async def test_a_courier_who_moves_within_its_cell_changes_no_estimate(world: World) -> None:
    here = somewhere()
    seller, driver = await sender(world, here), await world.driver()
    customer, cart_id = await basket(world, seller)
    doors = [door_of(north_of(here, metres)) for metres in (-20_000, 0, 4_000)]
    told = []
    for share in (0.05, 0.5, 0.95):
        await world.online_at(driver, *_in_cell(north_of(here, 6_000), 5, share))
        told.append([(await estimated(customer, cart_id, door))[0]["way_minutes"] for door in doors])
    assert told[0] == told[1] == told[2]
    assert None not in told[0]
    await world.online_at(driver, *north_of(here, 16_000))
    assert (await estimated(customer, cart_id, doors[0]))[0]["way_minutes"] != told[0][0]


async def test_two_sellers_of_one_cell_are_as_far_from_every_door(world: World) -> None:
    here = somewhere()
    sellers = [await sender(world, _in_cell(here, 6, share)) for share in (0.1, 0.9)]
    customer, cart_id = await basket(world, *sellers)
    for metres in (-3_000, 0, 500, 2_000):
        one, other = await estimated(customer, cart_id, door_of(north_of(here, metres)))
        assert one["distance_km"] == other["distance_km"] is not None
        assert one["delivery_fee"] == other["delivery_fee"]


async def test_an_answer_names_no_courier_and_no_place(world: World) -> None:
    here = somewhere()
    driver = await world.driver()
    seller = await sender(world, here)
    await world.online_at(driver, *here)
    customer, cart_id = await basket(world, seller)
    text = (await customer.post(path_of(cart_id), door_of(here))).text
    told = ok(await customer.post(path_of(cart_id), door_of(here)))
    assert told["parcels"][0]["unknown"] == []
    assert not any(word in text for word in ("latitude", "longitude", "transporter", "Some Driver", "Farm Location"))


def test_many_points_have_the_middles_of_their_cells() -> None:
    dice = np.random.default_rng(7)
    lats, lons = dice.uniform(-90, 90, 500), dice.uniform(-180, 180, 500)
    lats[:3], lons[:3] = (90, -90, 0), (180, -180, 0)
    for signs in (1, 5, 6):
        found = np.stack(cell_middles(lats, lons, signs), axis=1)
        cells = [geo_cell(float(lat), float(lon), signs) for lat, lon in zip(lats, lons, strict=True)]
        assert np.allclose(found, [(cell.lat, cell.lon) for cell in cells], atol=1e-9)


async def test_an_estimate_asks_the_database_as_much_for_one_product_as_for_many(world: World) -> None:
    async with world_of_its_own(world.server) as own:
        settings, place = own.server.settings, somewhere()
        addresses = Addresses(str(settings.database_url), str(settings.redis_url), str(settings.khalti_base_url), "key")
        sellers = [await sender(own, place, parcels=1) for _ in range(3)]
        alone, many = await basket(own, sellers[0]), await basket(own, *sellers, *sellers)
        services, statements = build_services(settings, addresses), Statements()
        statements.listen(services.database)
        transport: Any = httpx.ASGITransport(create_app(services))  # type: ignore[arg-type]  # as for all that is read
        counts, told = [], []
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://reader") as http:
                for customer, cart_id in (alone, alone, many):
                    statements.sent.clear()
                    told = ok(await http.post(path_of(cart_id), json=door_of(place), headers=customer.headers))[
                        "parcels"
                    ]
                    counts.append((len(told), len(statements.sent)))
        finally:
            await services.close()
    _, (one, of_one), (six, of_six) = counts  # the first also reads what a process keeps
    assert (one, six) == (1, 6)
    assert of_six == of_one > 0
    assert all("nobody_on_duty" in parcel["unknown"] for parcel in told)
