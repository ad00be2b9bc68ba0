"""Accounts, transporters and products in the database; made where they are missing, left alone where they are not."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from api.server.services import Services
from api.simulation.demo.goods import ARTICLES, STOCK
from api.simulation.demo.people import ADMIN, CARRIERS, CUSTOMERS, EVERYONE, SELLERS, Carrier, Person
from api.simulation.demo.pictures import draw_pictures, picture_path
from api.simulation.demo.sign_ins import AppTokens
from dispatch.accounts.models import Role, User
from dispatch.accounts.passwords import hash_password, verify_password
from dispatch.accounts.service import Accounts
from dispatch.addresses.service import SavedAddresses
from dispatch.bikram_sambat import nepal_date
from dispatch.catalogue.models import Product, TaxClass
from dispatch.catalogue.service import Catalogue
from dispatch.catalogue.weights import to_the_gram
from dispatch.database.work import Work
from dispatch.settings import Settings
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Paper, Transporters


def demo_password(settings: Settings) -> str:
    """The password of all demo accounts: another one in each data folder, the same at each start in it.

    It follows from the server's own key, so it is written nowhere but in ``demo.json``, and a demo server that listens
    on a network does not open with a password that is printed in a manual.
    """
    digest = hmac.digest(settings.signing_key().encode(), b"demo accounts", hashlib.sha256)
    return f"demo-{base64.b32encode(digest)[:10].decode().lower()}"


async def ensure_accounts(services: Services, password: str) -> dict[str, int]:
    """Everyone's account with the password; answers the transporters' numbers by e-mail address."""
    async with services.database.work() as work:
        users = await _ensure_users(work, password)
        await _ensure_addresses(work, users)
        return {
            carrier.person.email: (await _ensure_transporter(work, services, users, carrier)).id for carrier in CARRIERS
        }


async def kept_out(services: Services, transporters: Mapping[str, int]) -> set[int]:
    """Those of the transporters whom an admin has closed since, or not verified again: nothing is heard of them."""
    today = nepal_date(services.clock.now())
    async with services.database.work() as work:
        query = select(Transporter).where(Transporter.id.in_(transporters.values()))
        rows = await work.session.scalars(
            query.options(joinedload(Transporter.user), selectinload(Transporter.documents))
        )
        return {row.id for row in rows if not (row.account_in_order and row.papers_in_order(today))}


async def _ensure_users(work: Work, password: str) -> dict[str, User]:
    emails = [person.email for person in EVERYONE]
    rows = await work.session.scalars(select(User).where(User.email.in_(emails)))
    users = {user.email: user for user in rows}
    good = await _good_hash(users, password)
    for person, role in _roles():
        user = users.get(person.email)
        if user is None:
            user = User(email=person.email, name=person.name, phone=person.phone, roles=[role], password_hash=good)
            users[person.email] = user
            work.session.add(user)
        else:
            user.password_hash = good  # another one where the database was used with another data folder before
            user.roles = sorted({*user.roles, role})
        user.email_verified_at = user.email_verified_at or func.now()  # nobody reads mails for these addresses
    await work.session.flush()
    return users


async def _ensure_addresses(work: Work, users: dict[str, User]) -> None:
    """Where each customer had things brought before, with its place: the form of the next order begins with it."""
    addresses = SavedAddresses(work)
    for person in CUSTOMERS:
        user, point = users[person.email], person.place.point.rounded()
        if (await work.session.scalars(addresses.list_query(user))).first() is not None:
            continue
        street, _, city = person.place.name.partition(", ")
        columns: dict[str, str | float] = {
            "customer_name": person.name,
            "phone_number": person.phone,
            "address": street,
            "city": city or "Kathmandu",
            "lat": point.lat,
            "lon": point.lon,
        }
        await addresses.add(user, columns, label="", is_default=True)


async def _good_hash(users: dict[str, User], password: str) -> str:
    """One hash for all: hashing is slow on purpose, and for one password a second salt protects nobody."""
    known = {user.password_hash for user in users.values()}
    for candidate in known:
        if await verify_password(password, candidate):
            return candidate
    return await hash_password(password)


def _roles() -> list[tuple[Person, Role]]:
    return [
        (ADMIN, Role.ADMIN),
        *((person, Role.SELLER) for person in SELLERS),
        *((person, Role.CUSTOMER) for person in CUSTOMERS),
        *((carrier.person, Role.TRANSPORTER) for carrier in CARRIERS),
    ]


async def _ensure_transporter(work: Work, services: Services, users: dict[str, User], carrier: Carrier) -> Transporter:
    transporters = Transporters(work, services.clock)
    user = users[carrier.person.email]
    known = await transporters.find_of(user)
    if known is not None:
        return known
    today = nepal_date(services.clock.now())
    profile = {
        "phone": carrier.person.phone,
        "vehicle_type": carrier.vehicle.name,
        "vehicle_number": carrier.number,
        "capacity_kg": carrier.vehicle.capacity_kg,
        "business_name": carrier.business_name,
        "max_active": carrier.vehicle.max_active,
    }
    years = timedelta(days=1100 + user.id * 29 % 700)
    papers = [Paper("identity", f"27-01-72-{user.id:05d}", None)]
    if carrier.number:
        papers.append(Paper("licence", f"03-06-{user.id:08d}", today + years))
        papers.append(Paper("registration", carrier.number, today + years))
    made = await transporters.create(user, profile, papers)
    made.rating, made.rating_count = carrier.rating, carrier.rating_count  # their reputation from before the demo
    made.rating_sum = round(carrier.rating * carrier.rating_count)
    await transporters.verify(made, approved=True)
    return made


async def open_sign_ins(services: Services) -> dict[str, AppTokens]:
    """Everyone's tokens by e-mail address, as if their apps had been signed in before.

    Checking a password is slow on purpose: fifty of them at each start would cost ten seconds of processor. Where
    tokens cannot be renewed later, the demo does sign in with the password.
    """
    async with services.database.work() as work:
        emails = [person.email for person in EVERYONE]
        users = await work.session.scalars(select(User).where(User.email.in_(emails)))
        accounts = Accounts(work, services.accounts.tokens, services.clock)
        pairs = {user.email: accounts.open_sign_in(user) for user in users}
        return {email: AppTokens(pair.access, pair.refresh) for email, pair in pairs.items()}


async def ensure_products(services: Services) -> list[int]:
    """The catalogue with stock in it; answers the products' numbers in the order of ``ARTICLES``.

    The shop shows the newest first: those of the first seller, whose log-in people are shown, are made last.
    """
    await asyncio.to_thread(draw_pictures, services.settings.data_dir)
    async with services.database.work() as work:
        catalogue = Catalogue(work)
        rows = await work.session.scalars(
            select(User).where(User.email.in_([person.email for person in SELLERS])).order_by(User.id)
        )
        sellers = {user.email: user for user in rows}
        found = await work.session.scalars(
            select(Product).where(Product.seller_id.in_([user.id for user in sellers.values()])).with_for_update()
        )
        products = {(product.seller_id, product.name): product for product in found}
        numbers: list[int] = []
        for article in reversed(ARTICLES):
            seller = sellers[article.seller.email]
            product = products.get((seller.id, article.name))
            if product is None:
                product = await catalogue.add(
                    seller,
                    name=article.name,
                    listed_price=article.listed_price,
                    discounted_price=article.discounted_price,
                    stock=STOCK,
                    description=article.description,
                    tax_class=TaxClass(article.tax_class),
                    images=[picture_path(article.name)],
                    weight_kg=to_the_gram(article.weight_kg),
                )
            elif product.stock < STOCK // 2:
                product.stock = STOCK
            product.weight_kg = product.weight_kg or to_the_gram(article.weight_kg)
            product.images = product.images or [picture_path(article.name)]
            numbers.append(product.id)
        return numbers[::-1]
