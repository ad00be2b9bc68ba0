"""Texts, numbers and phone numbers of bodies: what says something is kept in one form, what says nothing is refused."""

from typing import Any
from uuid import uuid4

import pytest
from litestar.handlers import HTTPRouteHandler
from msgspec import inspect

from api.http.schemas import TextKind
from api.server.app import create_app
from dispatch.phone_numbers import NotAPhoneNumber, phone_number
from dispatch.text import Unprintable, has_visible, one_line, several_lines
from tests.support.world import PASSWORD, World, delivery_body, initiate_body, ok, order_body

BLANK = [
    "   ",
    "\t\n",
    "\u200b",
    "\u3164\u115f",
    "\u2800",
    "\u00a0\u202f\u3000",
    "\u202e\u202c",
    "\u2066\u2069",
    "\u0301",
]


def _bodies(world: World) -> list[Any]:
    """What each handler of the application takes as its body."""
    handlers = [
        handler
        for route in create_app(world.server.services).routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
    ]
    annotations = [handler.fn.__annotations__["data"] for handler in handlers if "data" in handler.fn.__annotations__]
    return [inspect.type_info(annotation) for annotation in annotations]


def _texts(kind: inspect.Type, path: str, extra: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(kind, inspect.Metadata):
        return _texts(kind.type, path, extra | (kind.extra or {}))
    if isinstance(kind, inspect.UnionType):
        return [found for member in kind.types for found in _texts(member, path, extra)]
    if isinstance(kind, inspect.ListType):
        return _texts(kind.item_type, f"{path}[]", {})
    if isinstance(kind, inspect.StructType):
        return [found for field in kind.fields for found in _texts(field.type, f"{kind.cls.__name__}.{field.name}", {})]
    return [(path, extra)] if isinstance(kind, inspect.StrType) else []


def test_every_text_of_every_body_says_what_kind_of_text_it_is(world: World) -> None:
    found = [text for body in _bodies(world) for text in _texts(body, "", {})]
    assert len(found) > 40
    for path, extra in found:
        assert extra.get("text") in set(TextKind), f"{path} is plain text: give its type a TextKind"


@pytest.mark.parametrize("blank", BLANK)
async def test_a_product_has_a_name_that_can_be_seen(world: World, blank: str) -> None:
    seller = await world.person("seller")
    reply = await seller.post("/api/v1/marketplace/products/", {"name": blank, "listed_price": "10.00"})
    assert (reply.status_code, reply.json()["errors"]) == (400, {"name": "must have a character that can be seen"})
    product = await world.product(seller)
    changed = await seller.http.patch(
        f"/api/v1/marketplace/products/{product}/", json={"name": blank}, headers=seller.headers
    )
    assert list(changed.json()["errors"]) == ["name"]


@pytest.mark.parametrize("field", ["pickup_address", "delivery_contact_name", "pickup_contact_phone"])
async def test_what_a_delivery_needs_can_be_seen(world: World, field: str) -> None:
    seller = await world.person("seller")
    reply = await seller.post("/api/deliveries/create/", delivery_body(1, **{field: " \u200b "}))
    assert list(reply.json()["errors"]) == [field]


async def test_optional_text_that_is_blank_is_as_absent(world: World) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "name": " \u3164", "phone": ""}
    made = ok(await world.http.post("/api/v1/auth/register/", json=body), 201)
    assert (made["name"], made["phone"]) == (email.partition("@")[0], None)
    customer = await world.person("customer")
    cart = await world.cart(customer, {await world.product(await world.person("seller")): 1})
    opening = initiate_body(cart, customer_name="  ", customer_phone=" ", customer_email="", bank="")
    assert ok(await customer.post("/api/v1/payments/initiate/", opening))["payment_url"]


async def test_names_are_kept_composed_trimmed_and_without_what_misleads(world: World) -> None:
    seller = await world.person("seller")
    body = {
        "name": " Man\u0303ana\u202etxt.exe\ufeff \u200b",
        "description": "\n One\r\nTwo\u2028",
        "listed_price": "10.00",
    }
    made = ok(await seller.post("/api/v1/marketplace/products/", body), 201)
    assert (made["name"], made["description"]) == ("Mañanatxt.exe", "One\nTwo")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Sita  Rai ", "Sita  Rai"),
        ("Thamel\r\nKathmandu", "Thamel Kathmandu"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("\u2068Sita\u2069", "Sita"),
        ("e\u0301", "é"),
        ("\u200fשלום", "שלום"),
        *((blank, "") for blank in BLANK),
    ],
)
def test_a_line_is_kept_as_a_reader_sees_it(text: str, kept: str) -> None:
    assert one_line(text) == kept
    assert one_line(kept) == kept
    assert has_visible(kept) == bool(kept)


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\udcff", "\ufffe", "\U0001ffff"])
def test_a_text_with_a_control_or_no_character_is_refused_by_name(sign: str) -> None:
    for cleaned in (one_line, several_lines):
        with pytest.raises(Unprintable, match=r"NUL|U\+"):
            cleaned(f"Sita {sign}")


@pytest.mark.parametrize(
    "written",
    [
        "+977-9841234567", "9841234567", "९८४१२३४५६७", "٩٨٤١٢٣٤٥٦٧", "９８４１２３４５６７",
        "\u202a+977\u00a0984\u2011123\u20134567\u202c",
        "tel:+977-984-1234567", "TEL:+977 984 123 4567", "009779841234567", "9779841234567", "(984) 123.4567",
        "\u200e984\u202f123\u30004567", "984−1234567", " +977 (984) 123-4567\n",
    ],
)  # fmt: skip
def test_a_phone_number_is_understood_however_it_was_pasted(written: str) -> None:
    assert phone_number(written) == "+977-9841234567"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("01-4412345", "+977-14412345"),
        ("+44 (0)20 7946 0000", "+44-2079460000"),
        ("+39 06 698 12345", "+39-0669812345"),
    ],
)
def test_numbers_of_other_places_keep_their_own_form(written: str, kept: str) -> None:
    assert phone_number(written) == kept
    assert phone_number(kept) == kept


@pytest.mark.parametrize(
    "written",
    ["0000000000", "9999999999", "+977-0000000000", "12", "ring me", "9841234567/9851234567", "9_841_234_567", ""],
)
def test_what_nobody_can_be_called_by_is_no_phone_number(written: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        phone_number(written)


async def test_a_pasted_phone_number_is_kept_in_the_form_of_the_contract(world: World) -> None:
    customer, seller = await world.person("customer"), await world.person("seller")
    cart = await world.cart(customer, {await world.product(seller): 1})
    body = order_body(cart)
    body["delivery_info"] |= {"phone_number": "\u202a९८४१\u00a0२३४\u2011५६७\u202c", "customer_name": " John\u00a0Doe "}
    made = ok(await customer.post("/api/v1/marketplace/orders/create/", body), 201)
    assert made["delivery"]["phone_number"] == "+977-9841234567"
    body["delivery_info"]["phone_number"] = "0000000000"
    refused = await customer.post("/api/v1/marketplace/orders/create/", body)
    assert refused.json()["errors"] == {"delivery_info.phone_number": "must be a phone number, like +977-9841234567"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("listed_price", "1_000"), ("listed_price", "१००"), ("listed_price", "1E3"), ("listed_price", " 10"),
        ("listed_price", "1,250.00"), ("listed_price", "NaN"), ("listed_price", "10.005"), ("listed_price", True),
        ("stock", "5"), ("stock", True), ("stock", "1_0"), ("stock", 1.5),
    ],
)  # fmt: skip
async def test_what_python_takes_for_a_number_and_people_do_not_is_none(
    world: World, field: str, value: object
) -> None:
    seller = await world.person("seller")
    body = {"name": "Rice", "listed_price": "10.00", "stock": 1} | {field: value}
    reply = await seller.post("/api/v1/marketplace/products/", body)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("value", [1, 0, "true", "1", "no", 1.0])
async def test_only_true_and_false_are_true_or_false(world: World, value: object) -> None:
    seller = await world.person("seller")
    reply = await seller.post("/api/deliveries/create/", delivery_body(1, fragile=value))
    assert list(reply.json()["errors"]) == ["fragile"]


async def test_a_whole_number_is_one_with_a_point_and_noughts_too(world: World) -> None:
    seller = await world.person("seller")
    body = {"name": "Tea", "listed_price": "10.00"}
    assert (await seller.post("/api/v1/marketplace/products/", body | {"stock": 3.0})).json()["stock"] == 3
    for value in [3.5, True, "3", 1e300]:
        refused = await seller.post("/api/v1/marketplace/products/", body | {"stock": value})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["stock"])


@pytest.mark.parametrize("value", [True, "27.7", "2_7.7"])
async def test_a_latitude_is_a_number(world: World, value: object) -> None:
    seller = await world.person("seller")
    reply = await seller.post("/api/deliveries/create/", delivery_body(1, pickup_latitude=value))
    assert list(reply.json()["errors"]) == ["pickup_latitude"]


@pytest.mark.parametrize("value", [1_700_000_000, 1_700_000_000_000, "null", "1700000000", "2030-10-28T09:00:00", True])
async def test_a_time_is_written_with_its_offset(world: World, value: object) -> None:
    seller = await world.person("seller")
    reply = await seller.post("/api/deliveries/create/", delivery_body(1, requested_pickup_date=value))
    assert list(reply.json()["errors"]) == ["requested_pickup_date"]
