"""One's own data: a copy of all of it, and a deletion that takes the person out and leaves the books."""

import pytest
from sqlalchemy import String, func, inspect, select

from api.cli.accounts import delete_account
from dispatch.audit.models import AuditEvent
from dispatch.deliveries.models import Delivery
from dispatch.proofs.models import ProofRecord
from dispatch.tables import metadata
from tests.privacy.traces import AUTH, PHONE, SECRET, STREET, bought_by, tables_with
from tests.support.checkout import Checkout
from tests.support.mailbox import link_to, token_of
from tests.support.waiting import until
from tests.support.world import PASSWORD, Person, World, delivery_body, ok, together


@pytest.fixture(scope="module")
def checkout(world: World) -> Checkout:
    """Looks behind what the API says."""
    return Checkout(world)


async def test_a_copy_has_all_that_is_kept_and_no_secret(world: World) -> None:
    customer = await world.person(name=SECRET)
    ok(
        await customer.post(
            "/api/v1/marketplace/addresses/",
            {"customer_name": SECRET, "phone_number": PHONE, "address": STREET, "city": "Lalitpur"},
        ),
        201,
    )
    await bought_by(world, customer)
    reply = await customer.post(f"{AUTH}/export/", {"password": PASSWORD})
    told = ok(reply)
    assert reply.headers["content-disposition"] == f'attachment; filename="account-{customer.user_id}.json"'
    data = {name: section["rows"] for name, section in told["data"].items()}
    assert data["account"][0]["email"] == customer.email
    kinds = ("orders", "order_addresses", "payments", "invoices", "purchases", "deliveries_received", "saved_addresses")
    assert [len(data[kind]) for kind in kinds] == [1] * len(kinds)
    assert data["payments"][0]["total_amount"].count(".") == 1
    assert [row["end"] for row in data["proofs_of_delivery"]] == ["drop_off"]
    assert {"assigned", "picked_up", "delivered"} <= {row["status"] for row in data["delivery_steps"]}
    assert {section["left_out"] for section in told["data"].values()} == {0}
    for word in ("password", "hash", "argon2"):
        assert word not in reply.text.replace("password_", ""), word


async def test_a_transporter_and_a_seller_have_their_sides_and_nothing_of_their_buyers(world: World) -> None:
    customer = await world.person(name=SECRET)
    bought = await bought_by(world, customer)
    seller = await bought["seller"].post(f"{AUTH}/export/", {"password": PASSWORD})
    assert len(ok(seller)["data"]["sales"]["rows"]) == 1
    assert SECRET not in seller.text
    driver = await world.driver()
    await world.online_at(driver, 27.7, 85.3)
    await world.stored_fixes(driver, 1)
    data = ok(await driver.post(f"{AUTH}/export/", {"password": PASSWORD}))["data"]
    assert (len(data["transporter"]["rows"]), len(data["positions"]["rows"])) == (1, 1)


async def test_a_copy_and_the_deletion_want_the_password_and_copies_are_five_an_hour(world: World) -> None:
    customer = await world.person()
    for act in ("export", "delete"):
        refused = await customer.post(f"{AUTH}/{act}/", {"password": "not mine at all"})
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    statuses = [(await customer.post(f"{AUTH}/export/", {"password": PASSWORD})).status_code for _ in range(5)]
    assert statuses == [200] * 4 + [429]
    assert ok(await customer.get(f"{AUTH}/me/"))["id"] == customer.user_id


async def test_a_deleted_account_leaves_the_books_and_nothing_of_its_person(world: World, checkout: Checkout) -> None:
    customer = await world.person(name=SECRET)
    ok(
        await customer.post(
            "/api/v1/marketplace/addresses/",
            {"customer_name": SECRET, "phone_number": PHONE, "address": STREET, "city": "Lalitpur"},
        ),
        201,
    )
    bought = await bought_by(world, customer)
    ok(await customer.post(f"{AUTH}/export/", {"password": PASSWORD}, **{"Idempotency-Key": "my copy"}))
    before = await checkout.count(bought["payment"])
    replies = await together(customer.post(f"{AUTH}/delete/", {"password": PASSWORD}) for _ in range(3))
    assert 200 in {reply.status_code for reply in replies} <= {200, 401, 403}
    assert (await customer.get(f"{AUTH}/me/")).status_code == 401
    after = await checkout.count(bought["payment"])
    assert (
        (after.sales, after.invoices, after.ledger_sum)
        == (before.sales, before.invoices, before.ledger_sum)
        == (1, 1, 0)
    )
    assert await tables_with(world, customer.email) == set()
    sale = ok(await bought["seller"].get(f"/api/marketplace/sales/{bought['sale']}/"))
    assert (sale["buyer_name"], sale["status"], sale["destination"]) == ("Deleted account", "delivered", None)
    admin = await world.admin()
    order = ok(await admin.get(f"/api/v1/marketplace/orders/{bought['order']}/"))
    assert (order["delivery"]["customer_name"], order["delivery"]["phone_number"]) == ("Deleted account", "")
    assert (order["order_status"], order["total_amount"]) == ("delivered", "1250.00")
    invoice = ok(await admin.get(f"/api/v1/payments/{bought['payment']}/invoice/"))
    assert invoice["customer"] == {"name": "Deleted account", "email": "", "phone": ""}
    again = ok(
        await world.http.post(f"{AUTH}/register/", json={"email": customer.email, "password": "fresh tea, no sugar"}),
        201,
    )
    assert again["id"] != customer.user_id
    reopened = await admin.post(f"/api/v1/users/{customer.user_id}/reopen/")
    assert (reopened.status_code, reopened.json()["code"]) == (409, "account_deleted")
    acts = ok(await admin.get("/api/v1/audit/", subject_kind="user", subject_id=str(customer.user_id)))["results"]
    assert [one["action"] for one in acts].count("account.deleted") == 1


async def test_name_street_and_phone_of_a_deleted_account_stand_nowhere(world: World) -> None:
    customer = await world.person(name="Maiya Of One Test")
    seller = await world.person("seller")
    cart = await world.cart(customer, {await world.product(seller): 1})
    words = {"customer_name": "Maiya Of One Test", "phone_number": "9871234567", "address": "Seventh house of one test"}
    place = words | {"city": "Lalitpur", "landmark": "One test's old well", "delivery_instructions": "One test's bell"}
    ok(await customer.post("/api/v1/marketplace/addresses/", place), 201)
    ok(await customer.post("/api/v1/marketplace/orders/create/", {"cart_id": cart, "delivery_info": place}), 201)
    assert "saved_addresses" in await tables_with(world, "Maiya Of One Test")
    ok(await customer.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert await tables_with(world, *words.values(), "9871234567", "One test's") == set()


async def test_an_address_that_was_proved_stands_nowhere_once_the_account_is_deleted(world: World) -> None:
    body = {"email": "kanchhi.of.one.test@example.com", "password": PASSWORD, "role": "seller"}
    made = ok(await world.http.post(f"{AUTH}/register/", json=body), 201)
    token = token_of(await link_to(world, body["email"], "Confirm your e-mail address"))
    ok(await world.http.post(f"{AUTH}/verify-email/", json={"token": token}))
    signed_in = {"Authorization": f"Bearer {made['access']}"}
    ok(await world.http.post(f"{AUTH}/delete/", json={"password": PASSWORD}, headers=signed_in))
    assert await tables_with(world, body["email"]) == set()


async def test_what_the_files_of_a_deleted_account_were_called_stands_nowhere(world: World) -> None:
    seller, name = await world.person("seller"), "Goods of Kanchhi of one test.csv"
    table = b"external_id,name,listed_price\na,Rice,100\n"
    path, params = "/api/imports/products/", {"file_name": name}
    ok(await seller.http.post(path, content=table, params=params, headers=seller.headers))
    assert await tables_with(world, name) == {"import_runs"}
    ok(await seller.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert await tables_with(world, name) == set()


@pytest.mark.parametrize("what", ["orders_under_way", "payments_open", "sales_open", "parcels_aboard"])
async def test_what_is_under_way_keeps_an_account_and_says_why(world: World, what: str) -> None:
    customer = await world.person(name="Some Body")
    if what == "payments_open":
        cart = await world.cart(customer, {await world.product(await world.person("seller")): 1})
        await world.initiate(customer, cart)
        who: Person = customer
    else:
        bought = await bought_by(world, customer, deliver=False)
        who = customer if what == "orders_under_way" else bought["seller"]
        if what == "parcels_aboard":
            made = ok(await bought["seller"].post("/api/deliveries/create/", delivery_body(bought["sale"])), 201)
            who = driver = await world.driver()
            for step in ("accept", "pickup"):
                ok(await driver.post(f"/api/deliveries/{made['id']}/{step}/", {}))
    refused = await who.post(f"{AUTH}/delete/", {"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_in_use")
    assert refused.json()["reasons"] == {what: 1}
    assert ok(await who.get(f"{AUTH}/me/"))["name"] != "Deleted account"


async def test_a_parcel_that_goes_back_keeps_both_accounts_until_it_is_there_and_leaves_each_their_own_end(
    world: World,
) -> None:
    customer = await world.person(name=SECRET)
    bought = await bought_by(world, customer)
    seller = bought["seller"]
    [sale] = ok(await seller.get("/api/marketplace/sales/"))["results"]
    returned = ok(await seller.post(f"/api/deliveries/{sale['delivery_id']}/return/", {"reason": "Not as shown"}))
    number = returned["delivery"]["id"]
    for who in (customer, seller):
        refused = await who.post(f"{AUTH}/delete/", {"password": PASSWORD})
        assert (refused.status_code, refused.json()["reasons"].get("returns_open")) == (409, 1)
    driver = await world.driver()
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{number}/{step}/", {}))
    copy = ok(await customer.post(f"{AUTH}/export/", {"password": PASSWORD}))["data"]
    assert [len(copy[kind]["rows"]) for kind in ("deliveries_received", "deliveries_given_back")] == [1, 1]
    assert "Farmer John" not in str(copy["deliveries_given_back"])
    async with world.server.services.database.work() as work:
        before = await work.session.get_one(Delivery, number)
        sellers = (before.delivery_address, before.delivery_contact_name)

    async def is_deleted() -> bool:  # once the money is back
        return (await customer.post(f"{AUTH}/delete/", {"password": PASSWORD})).status_code == 200

    await until(is_deleted)
    async with world.server.services.database.work() as work:
        after = await work.session.get_one(Delivery, number)
        assert (after.delivery_address, after.delivery_contact_name) == sellers
        assert (after.pickup_address, after.pickup_contact_name, after.pickup_lat) == ("", "Deleted account", None)


async def test_an_operator_deletes_an_account_and_proof_records_stay_whole(world: World) -> None:
    customer = await world.person()
    await bought_by(world, customer)
    await delete_account(world.server.settings, customer.email)
    await delete_account_again_is_refused(world, customer)
    async with world.server.services.database.work() as work:
        records = await work.session.scalar(select(func.count()).select_from(ProofRecord))
        acts = await work.session.scalars(
            select(AuditEvent.actor_kind).where(
                AuditEvent.action == "account.deleted", AuditEvent.subject_id == str(customer.user_id)
            )
        )
    assert records
    assert [kind.value for kind in acts] == ["operator"]


async def delete_account_again_is_refused(world: World, customer: Person) -> None:
    with pytest.raises(Exception, match="There is no account"):
        await delete_account(world.server.settings, customer.email)


def test_every_text_of_the_person_s_tables_is_known() -> None:
    """A column that is added has to be thought of: what is kept about a person is written down in docs/security.md."""
    texts = {
        column.name
        for name in ("delivery_infos", "saved_addresses")
        for column in inspect(metadata.tables[name]).columns
        if isinstance(column.type, String)
    }
    assert texts == {
        "customer_name",
        "phone_number",
        "address",
        "landmark",
        "city",
        "district",
        "state",
        "zip_code",
        "plus_code",
        "delivery_instructions",
        "label",
    }
