"""A seller and a customer for parcels that a run needs, and a dispatcher."""

import secrets

from api.server.services import Services
from api.simulation.accounts.drivers import DOMAIN
from dispatch.accounts.models import Role
from dispatch.accounts.service import Accounts, NewUser


async def seller_token(services: Services) -> str:
    """An access token of the run's seller, whose account is made where there is none."""
    return await _token(services, Role.SELLER)


async def customer_token(services: Services) -> str:
    """An access token of the run's customer, whose account is made where there is none."""
    return await _token(services, Role.CUSTOMER)


async def admin_token(services: Services) -> str:
    """An access token of the run's dispatcher, whose account is made where there is none."""
    return await _token(services, Role.ADMIN)


async def _token(services: Services, role: Role) -> str:
    async with services.database.work() as work:
        accounts = Accounts(work, services.accounts.tokens, services.clock)
        new = NewUser(f"load-{role.value}@{DOMAIN}", secrets.token_urlsafe(32), f"Load {role.value}", (role,))
        user = await accounts.ensure(new)
        await work.session.flush()
        return accounts.open_sign_in(user).access
