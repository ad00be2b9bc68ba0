"""`dispatch create-delivery` makes the delivery of a sale with the flags that the contract shows."""

import os
import re

from tests.support.commands import begin
from tests.support.server_process import Outcome, ended
from tests.support.world import World, ok

FLAGS = {
    "--pickup-address": "Farm Location, Bhaktapur",
    "--pickup-latitude": "27.6710",
    "--pickup-longitude": "85.4298",
    "--pickup-contact-name": "Farmer John",
    "--pickup-contact-phone": "+977-9841111111",
    "--delivery-address": "Thamel, Kathmandu",
    "--delivery-latitude": "27.7172",
    "--delivery-longitude": "85.3240",
    "--delivery-contact-name": "John Doe",
    "--delivery-contact-phone": "+977-9841234567",
    "--package-weight": "2.5",
    "--delivery-fee": "150.00",
    "--priority": "high",
}


async def _made(world: World, name: str, flags: dict[str, str]) -> Outcome:
    environment = os.environ | {"DISPATCH_DATA_DIR": str(world.server.settings.data_dir), "COLUMNS": "200"}
    words = [word for pair in flags.items() for word in pair]
    return await ended(begin(name, *words, environment=environment))


async def test_the_command_of_the_contract_makes_the_delivery_of_a_sale_and_says_its_number(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    done = await _made(world, "create_delivery", FLAGS | {"--marketplace-sale-id": str(bought.sale_id)})
    assert done.code == 0, done.err
    told = re.search(r"Delivery (\d+) .* tracking number (TRK\w+)", done.out)
    assert told is not None, done.out
    delivery = ok(await admin.get(f"/api/deliveries/{told[1]}/"))
    assert (delivery["tracking_number"], delivery["status"], delivery["priority"]) == (told[2], "available", "high")
    assert (delivery["pickup_address"], delivery["delivery_address"]) == (
        FLAGS["--pickup-address"],
        FLAGS["--delivery-address"],
    )


async def test_all_flags_that_are_wrong_are_named_at_once_and_nothing_is_made(world: World) -> None:
    wrong = {
        "--priority": "soon",
        "--package-weight": "-1",
        "--delivery-contact-phone": "x",
        "--marketplace-sale-id": "1",
    }
    done = await _made(world, "create-delivery", FLAGS | wrong)
    assert done.code == 2
    assert all(name in done.err for name in ("priority", "package_weight", "delivery_contact_phone")), done.err
    assert "Traceback" not in done.err
