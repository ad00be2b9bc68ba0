"""Addresses of Nepal: provinces, districts and Plus Codes as people write them, kept by customers, used in orders."""

from typing import Any

import pytest

from dispatch.addresses.provinces import PROVINCES, find_district, find_province
from dispatch.orders.models import DeliveryInfo
from tests.support.world import Person, World, ok, order_body, together

ADDRESSES = "/api/v1/marketplace/addresses/"
ORDERS = "/api/v1/marketplace/orders"
PATAN = {"latitude": 27.6727, "longitude": 85.3253}


def address(**more: Any) -> dict[str, Any]:
    """An address without a point."""
    plain = {"customer_name": "Sita Rai", "phone_number": "9841234567", "address": "Mangal Bazar", "city": "Patan"}
    return plain | more


def problems(reply: Any) -> dict[str, str]:
    assert reply.status_code == 400, reply.text
    found: dict[str, str] = reply.json()["errors"]
    return found


async def order_to(world: World, customer: Person, **where: Any) -> Any:
    seller = await world.person("seller")
    cart = await world.cart(customer, {await world.product(seller): 1})
    return await customer.post(f"{ORDERS}/create/", {"cart_id": cart} | where)


async def test_there_are_seven_provinces_and_77_districts_each_within_nepal(world: World) -> None:
    told = ok(await world.http.get("/api/v1/marketplace/provinces/"))["results"]
    assert [one["number"] for one in told] == [1, 2, 3, 4, 5, 6, 7]
    assert [len(one["districts"]) for one in told] == [14, 8, 13, 11, 12, 10, 9]
    districts = [district for one in told for district in one["districts"]]
    for key in ("id", "name", "name_ne"):
        assert len({one[key] for one in districts}) == 77
    assert all(26.3 < one["latitude"] < 30.5 and 80.0 < one["longitude"] < 88.3 for one in districts)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("kathmandu", "Kathmandu"),
        ("Kathmandu District", "Kathmandu"),
        (" KAVRE ", "Kavrepalanchok"),
        ("काठमाडौँ", "Kathmandu"),
        ("काठमाडौं", "Kathmandu"),
        ("Nawalparasi (West)", "Parasi"),
        ("rukum-east", "Rukum East"),
        ("रुकुम पश्चिम", "Rukum West"),
        ("Chitawan", "Chitwan"),
    ],
)
def test_a_district_is_known_by_each_of_its_names(typed: str, name: str) -> None:
    found = find_district(typed)
    assert found is not None
    assert found[1].en == name


def test_each_name_means_one_place_and_each_district_lies_in_its_province() -> None:
    for province in PROVINCES:
        assert find_province(province.ne) is find_province(f"Province {province.number}") is province
        for district in province.districts:
            assert {find_district(name) for name in (district.id, district.en, district.ne, *district.also)} == {
                (province, district)
            }


async def test_an_order_keeps_district_province_landmark_and_the_whole_plus_code_with_its_point(world: World) -> None:
    customer = await world.person()
    where = address(district="ललितपुर", landmark="Opposite the water tank", plus_code="m8fg+35")
    shown = ok(await order_to(world, customer, delivery_info=where), 201)["delivery"]
    assert (shown["district"], shown["state"], shown["plus_code"]) == ("Lalitpur", "Bagmati", "7MV7M8FG+35")
    assert (shown["latitude"], shown["longitude"]) == pytest.approx((27.672687, 85.325438), abs=1e-4)
    assert shown["full_address"] == "Mangal Bazar, Opposite the water tank, Patan, Lalitpur, Bagmati"


@pytest.mark.parametrize("beside", [{"district": "Lalitpur"}, PATAN, {"plus_code": "M8FG+35 Lalitpur"}])
async def test_a_short_plus_code_is_understood_beside_a_district_or_a_point(
    world: World, beside: dict[str, Any]
) -> None:
    customer = await world.person()
    kept = ok(await customer.post(ADDRESSES, address(plus_code="M8FG+35") | beside), 201)
    assert kept["plus_code"] == "7MV7M8FG+35"


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"district": "Lalitpurr"}, "district", "did you mean Lalitpur?"),
        ({"district": "Atlantis"}, "district", "must be one of Nepal's 77 districts"),
        ({"district": "Ilam", "state": "Bagmati"}, "state", "must be Koshi, where Ilam lies"),
        ({"plus_code": "M8FG+35"}, "plus_code", "is a short Plus Code"),
        ({"plus_code": "Patan"}, "plus_code", "must be a Plus Code"),
        ({"plus_code": "7MV7P88F+VJ"} | PATAN, "plus_code", "km from latitude and longitude"),
        ({"district": "Darchula"} | PATAN, "district", "km from the place that is given beside it"),
        ({"latitude": 27.7}, "latitude", "comes together with longitude"),
    ],
)
async def test_what_does_not_fit_together_is_named_wherever_an_address_is_sent(
    world: World, wrong: dict[str, Any], field: str, words: str
) -> None:
    customer = await world.person()
    assert words in problems(await customer.post(ADDRESSES, address(**wrong)))[field]
    ordered = await order_to(world, customer, delivery_info=address(**wrong))
    assert words in problems(ordered)[f"delivery_info.{field}"]


async def test_all_that_is_wrong_with_an_address_is_named_at_once(world: World) -> None:
    customer = await world.person()
    wrong = address(phone_number="ring me", district="Nowhere", plus_code="here")
    assert set(problems(await customer.post(ADDRESSES, wrong))) == {"phone_number", "district", "plus_code"}
    named = set(problems(await order_to(world, customer, delivery_info=wrong)))
    assert named == {"delivery_info.phone_number", "delivery_info.district", "delivery_info.plus_code"}


async def test_one_kept_address_is_the_default_and_goes_into_an_order_as_it_is_then(world: World) -> None:
    customer = await world.person()
    first = ok(await customer.post(ADDRESSES, address(label="Home")), 201)
    second = ok(await customer.post(ADDRESSES, address(label="Shop", address="Asan", city="Kathmandu")), 201)
    assert (first["is_default"], second["is_default"]) == (True, False)
    ok(await customer.patch(f"{ADDRESSES}{second['id']}/", {"is_default": True}))
    listed = ok(await customer.get(ADDRESSES))["results"]
    assert [(one["label"], one["is_default"]) for one in listed] == [("Shop", True), ("Home", False)]
    order = ok(await order_to(world, customer, address_id=second["id"]), 201)
    ok(await customer.patch(f"{ADDRESSES}{second['id']}/", {"address": "Indra Chowk"}))
    assert (await customer.delete(f"{ADDRESSES}{second['id']}/")).status_code == 204
    assert ok(await customer.get(f"{ORDERS}/{order['id']}/"))["delivery"]["address"] == "Asan"
    assert ok(await customer.get(f"{ADDRESSES}{first['id']}/"))["is_default"] is True
    assert (await customer.get(f"{ADDRESSES}{second['id']}/")).status_code == 404


async def test_an_order_goes_to_one_place_and_to_no_address_of_somebody_else(world: World) -> None:
    customer, stranger = await world.person(), await world.person()
    kept = ok(await stranger.post(ADDRESSES, address()), 201)["id"]
    assert "address_id" in problems(await order_to(world, customer, address_id=kept))
    assert "delivery_info" in problems(await order_to(world, customer))
    both = {"address_id": kept, "delivery_info": order_body(0)["delivery_info"]}
    assert "address_id" in problems(await order_to(world, customer, **both))


async def test_of_many_at_once_one_is_the_default_and_there_are_never_more_than_twenty(world: World) -> None:
    customer = await world.person()
    replies = await together(customer.post(ADDRESSES, address(is_default=True)) for _ in range(24))
    assert sorted(reply.status_code for reply in replies) == [201] * 20 + [409] * 4
    refused = next(reply for reply in replies if reply.status_code == 409).json()
    assert (refused["code"], refused["limit"]) == ("too_many_addresses", 20)
    listed = ok(await customer.get(ADDRESSES, page_size=100))["results"]
    assert [one["is_default"] for one in listed].count(True) == 1
    gone = await together(customer.delete(f"{ADDRESSES}{one['id']}/") for one in listed[:19])
    assert {reply.status_code for reply in gone} == {204}
    [left] = ok(await customer.get(ADDRESSES))["results"]
    assert left["is_default"] is True


async def test_another_place_takes_the_old_code_along_and_another_code_the_old_place(world: World) -> None:
    customer = await world.person()
    kept = ok(await customer.post(ADDRESSES, address(plus_code="7MV7M8FG+35")), 201)
    path = f"{ADDRESSES}{kept['id']}/"
    moved = ok(await customer.patch(path, {"latitude": 27.7172, "longitude": 85.3240}))
    assert (moved["plus_code"], moved["latitude"]) == ("", 27.7172)
    coded = ok(await customer.patch(path, {"plus_code": "7MV7M8FG+35"}))
    assert coded["latitude"] == pytest.approx(27.6727, abs=1e-3)
    renamed = ok(await customer.patch(path, {"district": "Ilam", "plus_code": ""}))
    assert (renamed["district"], renamed["state"], renamed["latitude"]) == ("Ilam", "Koshi", None)


def test_an_address_without_new_parts_reads_as_before() -> None:
    plain = DeliveryInfo(address="Thamel, Kathmandu", city="Kathmandu", state="Bagmati", zip_code="44600")
    assert plain.full_address == "Thamel, Kathmandu, Bagmati, 44600"
