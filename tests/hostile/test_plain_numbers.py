"""What Python takes for a number and people do not is none: in paths, queries, the command line and settings."""

import pytest
from click.testing import CliRunner

from api.cli.main import main
from dispatch.plain_numbers import decimal_number, whole_number
from dispatch.settings import SettingsError, load_settings
from tests.support.world import World, ok

NO_NUMBERS = ["1_0", "१०", "１０", "1e2", "0x10", " 10", "ten", "", "1__0", "10\n"]


@pytest.mark.parametrize("text", [*NO_NUMBERS, "1.0"])
def test_a_whole_number_is_written_in_digits(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        whole_number(text)


@pytest.mark.parametrize("text", ["2_7.7", "२७.७", "nan", "inf", "-Infinity", "1e400", "27,7", " 1", "", ".", "1e"])
def test_a_number_is_written_in_digits_and_a_point(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        decimal_number(text)


def test_numbers_are_read_as_they_are_written() -> None:
    assert (whole_number("-12"), decimal_number("+27.7"), decimal_number("1e3"), decimal_number(".5")) == (
        -12,
        27.7,
        1e3,
        0.5,
    )


@pytest.mark.parametrize("written", ["{0}_0", "+{0}", "0{0}", " {0}", "१", "１", "{0}.0"])
async def test_a_thing_has_one_address(world: World, written: str) -> None:
    product = await world.product(await world.person("seller"))
    ok(await world.http.get(f"/api/v1/marketplace/products/{product}/"))
    product_path = written.format(product if "_" not in written else product // 10)
    assert (await world.http.get(f"/api/v1/marketplace/products/{product_path}/")).status_code == 404


async def test_the_second_id_of_a_path_is_taken_at_its_word_too(world: World) -> None:
    customer = await world.person("customer")
    cart = await world.cart(customer, {await world.product(await world.person("seller")): 1})
    items = f"/api/v1/marketplace/carts/{cart}/items"
    item = ok(await customer.get(f"/api/v1/marketplace/carts/{cart}/"))["items"][0]["id"]
    for written in (f"0{item}", f"+{item}"):
        reply = await customer.http.patch(f"{items}/{written}/", json={"quantity": 2}, headers=customer.headers)
        assert reply.status_code == 404
    assert (await customer.http.patch(f"{items}/{item}/", json={"quantity": 2}, headers=customer.headers)).is_success


async def test_a_uuid_is_written_with_its_dashes(world: World) -> None:
    bought = await world.bought()
    for written in (bought.transaction_id.replace("-", ""), f"{{{bought.transaction_id}}}", "1_" * 16):
        assert (await bought.customer.get(f"/api/v1/payments/status/{written}/")).status_code == 404
    ok(await bought.customer.get(f"/api/v1/payments/status/{bought.transaction_id}/"))


@pytest.mark.parametrize("text", ["1_0", "१०", "nan", "true", " 1", "1e400"])
async def test_a_number_of_a_query_is_written_in_digits(world: World, text: str) -> None:
    admin = await world.admin()
    page = await world.http.get("/api/v1/marketplace/products/", params={"page": text})
    assert (page.status_code, list(page.json()["errors"])) == (400, ["page"])
    near = await admin.get("/api/transporters/nearby/", lat=text, lon=85.3)
    assert (near.status_code, list(near.json()["errors"])) == (400, ["lat"])


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DISPATCH_PORT", "8_000"), ("DISPATCH_WORKERS", "２"), ("DISPATCH_ROAD_FACTOR", "1_3"),
     ("DISPATCH_VAT_RATE", "٠"), ("DISPATCH_PING_RATE", "inf"), ("DISPATCH_DATABASE_TIMEOUT_S", "nan")],
)  # fmt: skip
def test_a_setting_is_a_number_as_people_write_it(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        load_settings()


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--workers", "1_0"],
        ["load", "--rate", "1_000"],
        ["load", "--rate", "nan"],
        ["load", "--seconds", "inf"],
        ["load", "--transporters", "१०"],
        ["load", "--batch", "1_0"],
        ["replay", "-", "--give-up-after", "1_0"],
        ["replay", "-", "--speed", "1_0"],
        ["replay", "-", "--speed", "nan"],
    ],
)
def test_a_number_of_the_command_line_is_written_in_digits(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "number" in done.output


@pytest.mark.parametrize(
    ("option", "value"),
    [("--pickup-address", "\u3164 "), ("--delivery-contact-name", "a\udcff"), ("--pickup-contact-phone", "0000000000"),
     ("--delivery-fee", "1_50"), ("--delivery-fee", "150.005"), ("--package-weight", "1_0"),
     ("--package-weight", "nan"), ("--marketplace-sale-id", "१"), ("--pickup-latitude", "1e1000")],
)  # fmt: skip
def test_what_a_delivery_of_the_command_line_says_is_checked_as_over_http(option: str, value: str) -> None:
    said = {
        "--marketplace-sale-id": "1", "--pickup-address": "Farm", "--pickup-contact-name": "John",
        "--pickup-contact-phone": "9841111111", "--delivery-address": "Thamel", "--delivery-contact-name": "Sita",
        "--delivery-contact-phone": "+977-9841234567", "--package-weight": "2.5", "--delivery-fee": "150.00",
    } | {option: value}  # fmt: skip
    done = CliRunner().invoke(main, ["create-delivery", *(word for pair in said.items() for word in pair)])
    assert done.exit_code == 2
    assert f"  {option}: " in done.output
