"""`dispatch create-delivery` makes the delivery of a sale with the flags that the contract shows."""

import json
import os
import re

from api.cli.commands.deliveries import create_delivery
from api.routes.deliveries.deliveries import DeliveryOfSale
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


async def test_every_flag_of_the_api_is_one_of_the_command_and_what_is_left_out_has_its_default(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    more = {
        "--marketplace-sale-id": str(bought.sale_id),
        "--pickup-instructions": "Ring twice",
        "--delivery-instructions": "Second floor",
        "--special-instructions": "Keep upright",
        "--package-dimensions": "30x20x15 cm",
        "--package-value": "2000.00",
        "--requested-pickup-date": "2030-10-28T09:00:00+05:45",
        "--requested-delivery-date": "2030-10-28T18:00:00+05:45",
        "--ready-at": "2030-10-28T08:00:00+05:45",
        "--label": "Box 7",
        "--pickup-contact-phone": "०१-४२३४५६७",
        "--proof-pickup": "photo",
        "--proof-drop-off": "age",
        "--proof-age-minimum": "21",
    }
    flags = {name: value for name, value in FLAGS.items() if name != "--delivery-fee"} | more
    done = await _made(world, "create-delivery", flags | {"--fragile": "--requires-signature"})
    assert done.code == 0, done.err
    told = re.search(r"Delivery (\d+) ", done.out)
    assert told is not None
    made = ok(await admin.get(f"/api/deliveries/{told[1]}/"))
    parcel = made["package_details"]
    assert (parcel["fragile"], parcel["requires_signature"], parcel["dimensions"]) == (True, True, "30x20x15 cm")
    assert (made["pickup_contact_phone"], made["pickup_instructions"]) == ("+977-14234567", "Ring twice")
    assert made["delivery_fee"] > 0
    required = made["proof"]
    assert (required["pickup"], required["drop_off"], required["age_minimum"]) == (["photo"], ["signature", "age"], 21)
    body = {field.replace("_", "-") for field in DeliveryOfSale.__struct_fields__} - {"proof"}
    options = {name.removeprefix("--") for param in create_delivery.params for name in param.opts}
    assert body <= options, body - options


async def test_all_flags_that_are_wrong_are_named_at_once_and_nothing_is_made(world: World) -> None:
    wrong = {
        "--priority": "soon",
        "--package-weight": "-1",
        "--delivery-contact-phone": "x",
        "--marketplace-sale-id": "1",
        "--proof-pickup": "code",
    }
    done = await _made(world, "create-delivery", FLAGS | wrong)
    assert done.code == 2
    named = ("--priority", "--package-weight", "--delivery-contact-phone", "--proof-pickup")
    assert all(f"  {name}: " in done.err for name in named), done.err
    assert "Traceback" not in done.err


async def test_all_flags_that_are_missing_are_named_at_once(world: World) -> None:
    done = await _made(world, "create-delivery", {"--delivery-fee": "free"})
    assert done.code == 2
    named = ("marketplace-sale-id", "pickup-address", "delivery-contact-phone", "delivery-fee")
    assert all(f"  --{name}: " in done.err for name in named), done.err


async def test_a_machine_is_told_what_was_made_and_nothing_required_is_said_with_none(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    ok(await bought.seller.patch("/api/sellers/me/proof/", {"pickup": ["photo"], "drop_off": ["code"]}))
    flags = FLAGS | {"--marketplace-sale-id": str(bought.sale_id), "--proof-pickup": "none"}
    done = await _made(world, "create-delivery", flags | {"--json": "--fragile"})
    assert done.code == 0, done.err
    told = json.loads(done.out)
    made = ok(await admin.get(f"/api/deliveries/{told['id']}/"))
    assert made["tracking_number"] == told["tracking_number"]
    assert (made["proof"]["pickup"], made["proof"]["drop_off"]) == ([], ["code"])
