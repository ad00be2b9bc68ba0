"""The routes of accounts, with what they are given."""

from litestar import Router

from api.http.injected import given
from api.routes.accounts.accounts import AccountController
from api.routes.accounts.activity import AccountActivityController
from api.routes.accounts.api_keys import ApiKeyController
from api.routes.accounts.email_changes import EmailChangeController
from api.routes.accounts.own_account import OwnAccountController
from api.routes.accounts.pages import AccountPageController
from api.routes.accounts.personal_data import PersonalDataController
from api.routes.accounts.services import AccountServices
from api.routes.accounts.users import UserController


def account_routes(services: AccountServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            AccountController,
            OwnAccountController,
            EmailChangeController,
            AccountPageController,
            PersonalDataController,
            UserController,
            AccountActivityController,
            ApiKeyController,
        ],
        dependencies=given(services),
    )
