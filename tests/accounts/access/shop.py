"""How routes of accounts, of the shop and of payments are asked."""

from sqlalchemy import select

from dispatch.accounts.models import AccountLink, LinkPurpose, User
from tests.accounts.access.asking import BODIES, Ask, Stage, asks
from tests.support.access_table import PEOPLE
from tests.support.pictures import picture
from tests.support.webhooks import signed, webhook_body
from tests.support.world import ANOTHER_DOOR, PASSWORD, initiate_body, ok, order_body

AUTH = "/api/v1/auth"
OTHER_PASSWORD = "fresh tea, no sugar"
ADDRESSES = "/api/v1/marketplace/addresses/"
CART = "/api/v1/marketplace/carts/"
PRODUCTS = "/api/v1/marketplace/products/"

BODIES.update(
    {
        "POST /api/v1/auth/password": {"old_password": PASSWORD, "new_password": OTHER_PASSWORD},
        "PATCH /api/v1/auth/me": {"language": "ne"},
        "POST /api/v1/auth/email": {"password": PASSWORD, "email": "another@example.com"},
        "POST /api/v1/auth/roles": {"give": ["customer"]},
        "POST /api/v1/auth/close": {"password": PASSWORD},
        "POST /api/v1/auth/delete": {"password": PASSWORD},
        "POST /api/v1/auth/export": {"password": PASSWORD},
        "POST /api/v1/auth/password/forgot": {"email": "nobody@example.com"},
        "POST /api/v1/marketplace/addresses": order_body(0)["delivery_info"],
        "POST /api/v1/marketplace/products": {"name": "Rice", "listed_price": "12.50", "stock": 1},
        "PATCH /api/marketplace/seller/tracking-privacy": {"phone": "never"},
        "POST /api/v1/api-keys": {"name": "warehouse", "scopes": ["events:read"]},
    }
)


@asks("POST /api/v1/auth/register")
async def _register(stage: Stage) -> Ask:
    person = await stage.world.person()
    body = {"email": f"new-{person.email}", "password": OTHER_PASSWORD, "roles": ["customer"]}
    return Ask(f"{AUTH}/register/", body)


@asks("POST /api/v1/auth/token")
async def _sign_in(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/token/", {"email": (await stage.world.person()).email, "password": PASSWORD})


@asks("POST /api/v1/auth/token/refresh")
async def _refresh(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/token/refresh/", {"refresh": (await stage.world.person()).refresh})


async def _link(stage: Stage, purpose: LinkPurpose) -> str:
    """The token of a link that was just made for somebody new; its mail is not waited for."""
    person, accounts = await stage.world.person(proved=False), stage.world.server.services.accounts
    async with stage.world.server.services.database.work() as work:
        user = await work.session.get_one(User, person.user_id)
        await accounts.links(work).send(user, purpose)
        await work.session.flush()
        mine = select(AccountLink.link_id).where(AccountLink.user_id == user.id)
        return accounts.link_tokens.token(purpose, (await work.session.scalars(mine)).one())


@asks("POST /api/v1/auth/verify-email/resend")
async def _resend(stage: Stage) -> Ask:
    roles = {role: "transporter" if role == "unverified" else role for role in PEOPLE[1:]}
    unproved = {role: await stage.world.person(has, proved=False) for role, has in roles.items()}
    return Ask(f"{AUTH}/verify-email/resend/", owners=unproved)


@asks("GET /api/v1/auth/email")
async def _page_of_another_address(_: Stage) -> Ask:
    return Ask(f"{AUTH}/email/", more={"params": {"token": "of a link"}})


@asks("POST /api/v1/auth/email/verify")
async def _another_address(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/email/verify/", {"token": await _link(stage, LinkPurpose.CHANGE_EMAIL)})


@asks("POST /api/v1/auth/email/confirm")
async def _another_address_by_form(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/email/confirm/", more={"data": {"token": await _link(stage, LinkPurpose.CHANGE_EMAIL)}})


@asks("GET /api/v1/auth/verify-email")
async def _page_to_confirm(_: Stage) -> Ask:
    return Ask(f"{AUTH}/verify-email/", more={"params": {"token": "of a link"}})


@asks("POST /api/v1/auth/verify-email")
async def _confirm(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/verify-email/", {"token": await _link(stage, LinkPurpose.VERIFY_EMAIL)})


@asks("POST /api/v1/auth/verify-email/confirm")
async def _confirm_on_page(stage: Stage) -> Ask:
    return Ask(f"{AUTH}/verify-email/confirm/", more={"data": {"token": await _link(stage, LinkPurpose.VERIFY_EMAIL)}})


@asks("GET /api/v1/auth/password/forgot")
async def _page_to_ask_for_a_link(_: Stage) -> Ask:
    return Ask(f"{AUTH}/password/forgot/")


@asks("POST /api/v1/auth/password/forgot/confirm")
async def _forgotten_on_page(_: Stage) -> Ask:
    return Ask(f"{AUTH}/password/forgot/confirm/", more={"data": {"email": "nobody.here@example.com"}})


@asks("GET /api/v1/auth/password/reset")
async def _page_to_reset(_: Stage) -> Ask:
    return Ask(f"{AUTH}/password/reset/", more={"params": {"token": "of a link"}})


@asks("POST /api/v1/auth/password/reset")
async def _reset(stage: Stage) -> Ask:
    return Ask(
        f"{AUTH}/password/reset/", {"token": await _link(stage, LinkPurpose.RESET_PASSWORD), "password": OTHER_PASSWORD}
    )


@asks("POST /api/v1/auth/password/reset/confirm")
async def _reset_on_page(stage: Stage) -> Ask:
    body = {"token": await _link(stage, LinkPurpose.RESET_PASSWORD), "password": OTHER_PASSWORD}
    return Ask(f"{AUTH}/password/reset/confirm/", more={"data": body})


def _of_a_user(act: str, body: object) -> None:
    @asks(f"POST /api/v1/users/{{user_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        path = f"/api/v1/users/{(await stage.world.person()).user_id}/"
        if act == "reopen":
            ok(await stage.admin.post(f"{path}close/", {"reason": "left"}))
        return Ask(f"{path}{act}/", body)


_of_a_user("close", {"reason": "left"})
_of_a_user("reopen", {"reason": "back"})
_of_a_user("roles", {"give": ["seller"]})
_of_a_user("password", {"password": OTHER_PASSWORD})


@asks("DELETE /api/v1/api-keys/{key_id}")
async def _revoke(stage: Stage) -> Ask:
    made = ok(await stage.admin.post("/api/v1/api-keys/", {"name": "old", "scopes": ["events:read"]}), 201)
    return Ask(f"/api/v1/api-keys/{made['id']}/")


@asks("PATCH /api/v1/marketplace/products/{product_id}")
async def _change_product(stage: Stage) -> Ask:
    seller = await stage.world.person("seller")
    return Ask(f"{PRODUCTS}{await stage.world.product(seller)}/", {"description": "Better"}, {"seller": seller})


@asks("POST /api/v1/marketplace/products/{product_id}/images")
async def _add_picture(stage: Stage) -> Ask:
    seller = await stage.world.person("seller")
    return Ask(f"{PRODUCTS}{await stage.world.product(seller)}/images/", {"image": picture()}, {"seller": seller})


@asks("POST /api/v1/marketplace/products/{product_id}/stock")
async def _adjust_stock(stage: Stage) -> Ask:
    seller = await stage.world.person("seller")
    body = {"change": 3, "reason": "received"}
    return Ask(f"{PRODUCTS}{await stage.world.product(seller)}/stock/", body, {"seller": seller})


async def _category(stage: Stage, body: object = None) -> Ask:
    named = {"name": f"Of access {(await stage.world.person()).user_id}"}
    made = ok(await stage.admin.post("/api/v1/marketplace/categories/", named), 201)
    return Ask(f"/api/v1/marketplace/categories/{made['id']}/", body)


@asks("POST /api/v1/marketplace/categories")
async def _add_category(stage: Stage) -> Ask:
    return Ask("/api/v1/marketplace/categories/", {"name": f"Fruit {(await stage.world.person()).user_id}"})


@asks("PATCH /api/v1/marketplace/categories/{category_id}")
async def _change_category(stage: Stage) -> Ask:
    return await _category(stage, {"position": 3})


@asks("DELETE /api/v1/marketplace/categories/{category_id}")
async def _remove_category(stage: Stage) -> Ask:
    return await _category(stage)


async def _kept_address(stage: Stage, body: object = None) -> Ask:
    customer = await stage.world.person()
    kept = ok(await customer.post(ADDRESSES, order_body(0)["delivery_info"]), 201)
    return Ask(f"{ADDRESSES}{kept['id']}/", body, {"customer": customer})


@asks("PATCH /api/v1/marketplace/addresses/{address_id}")
async def _change_address(stage: Stage) -> Ask:
    return await _kept_address(stage, {"landmark": "Beside the stupa"})


@asks("DELETE /api/v1/marketplace/addresses/{address_id}")
async def _forget_address(stage: Stage) -> Ask:
    return await _kept_address(stage)


@asks("POST /api/v1/marketplace/carts/{cart_id}/items")
async def _add_item(stage: Stage) -> Ask:
    customer = await stage.world.person()
    body = {"product_id": stage.business.bought.product_id, "quantity": 1}
    return Ask(f"{CART}{await stage.world.cart(customer, {})}/items/", body, {"customer": customer})


@asks("POST /api/v1/marketplace/carts/{cart_id}/delivery-estimate")
async def _estimate(stage: Stage) -> Ask:
    customer = await stage.world.person()
    cart_id = await stage.world.cart(customer, {stage.business.bought.product_id: 1})
    return Ask(f"{CART}{cart_id}/delivery-estimate/", {"latitude": 27.7, "longitude": 85.3}, {"customer": customer})


async def _item(stage: Stage, body: object = None) -> Ask:
    customer = await stage.world.person()
    cart_id = await stage.world.cart(customer, {stage.business.bought.product_id: 1})
    [item] = ok(await customer.get(f"{CART}{cart_id}/"))["items"]
    return Ask(f"{CART}{cart_id}/items/{item['id']}/", body, {"customer": customer})


@asks("PATCH /api/v1/marketplace/carts/{cart_id}/items/{item_id}")
async def _change_item(stage: Stage) -> Ask:
    return await _item(stage, {"quantity": 2})


@asks("DELETE /api/v1/marketplace/carts/{cart_id}/items/{item_id}")
async def _remove_item(stage: Stage) -> Ask:
    return await _item(stage)


@asks("POST /api/v1/marketplace/orders/create")
async def _order(stage: Stage) -> Ask:
    customer = await stage.world.person()
    cart_id = await stage.world.cart(customer, {stage.business.bought.product_id: 1})
    return Ask("/api/v1/marketplace/orders/create/", order_body(cart_id), {"customer": customer})


@asks("POST /api/v1/marketplace/orders/{order_id}/address")
async def _readdress_order(stage: Stage) -> Ask:
    paid = await stage.checkout.paid()
    path = f"/api/v1/marketplace/orders/{paid.order_id}/address/"
    return Ask(path, ANOTHER_DOOR, {"customer": paid.customer})


@asks("POST /api/v1/marketplace/orders/{order_id}/cancel")
async def _cancel_order(stage: Stage) -> Ask:
    paid = await stage.checkout.paid()
    return Ask(f"/api/v1/marketplace/orders/{paid.order_id}/cancel/", owners={"customer": paid.customer})


@asks("POST /api/v1/marketplace/orders/{order_id}/refund")
async def _refund_order(stage: Stage) -> Ask:
    paid = await stage.checkout.paid()
    return Ask(f"/api/v1/marketplace/orders/{paid.order_id}/refund/", {}, {"customer": paid.customer})


@asks("POST /api/v1/payments/initiate")
async def _initiate(stage: Stage) -> Ask:
    customer = await stage.world.person()
    cart_id = await stage.world.cart(customer, {stage.business.bought.product_id: 1})
    return Ask("/api/v1/payments/initiate/", initiate_body(cart_id), {"customer": customer})


@asks("GET /api/v1/payments/callback")
async def _come_back(stage: Stage) -> Ask:
    return Ask("/api/v1/payments/callback/", more={"params": {"pidx": stage.business.bought.pidx}})


@asks("POST /api/v1/payments/callback")
async def _call_back(stage: Stage) -> Ask:
    return Ask("/api/v1/payments/callback/", {"pidx": stage.business.bought.pidx})


@asks("POST /api/v1/payments/webhook")
async def _hear_of_payment(stage: Stage) -> Ask:
    body = webhook_body(stage.business.bought.pidx)
    return Ask("/api/v1/payments/webhook/", more={"content": body, "headers": signed(body)})


@asks("POST /api/v1/payments/verify")
async def _verify(stage: Stage) -> Ask:
    bought = stage.business.bought
    return Ask("/api/v1/payments/verify/", {"transaction_id": bought.transaction_id}, {"customer": bought.customer})


@asks("POST /api/v1/payments/{transaction_id}/refund")
async def _refund(stage: Stage) -> Ask:
    return Ask(f"/api/v1/payments/{(await stage.checkout.paid()).transaction_id}/refund/", {"amount": "10.00"})
