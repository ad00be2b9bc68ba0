"""Keys for machines, made and revoked by admins."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, Id, Moment, Page, PageNumber, PageSize, PathId, paginate
from api.http.security import needs
from api.routes.accounts.services import GivenServices
from dispatch.accounts.api_keys import PREFIX, ApiKey, ApiKeys, Scope
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record

AnyUser = Request[User, Any, Any]
KeyName = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)]


class NewApiKey(Body, frozen=True, kw_only=True):
    """What the key is for, what it may do, and until when: a year by default, five at most."""

    name: KeyName
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    expires_at: Moment | None = None


class ApiKeyAnswer(Struct, frozen=True, kw_only=True):
    """A key without its secret. ``beginning`` is how it begins; ``last_used_at`` is exact to the minute."""

    id: Id
    name: str
    beginning: str
    scopes: list[str]
    user_id: Id
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewApiKeyAnswer(ApiKeyAnswer, frozen=True, kw_only=True):
    """The same with the key itself, which is shown this once: `Authorization: Bearer <api_key>`."""

    api_key: str


def _fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "beginning": f"{PREFIX}{key.key_id}",
        "scopes": list(key.scopes),
        "user_id": key.user_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }


def _answer(key: ApiKey) -> ApiKeyAnswer:
    return ApiKeyAnswer(**_fields(key))


class ApiKeyController(Controller):
    """``/api/v1/api-keys``."""

    path = "/api/v1/api-keys"
    tags = ("keys",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def list_keys(
        self,
        request: AnyUser,
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ApiKeyAnswer]:
        """Those that are not revoked, newest first; whoever made one may have left meanwhile."""
        query = ApiKeys(work, services.clock).list_query()
        return await paginate(request, work.session, query, page, page_size, _answer)

    @post("/")
    async def add_key(
        self, request: AnyUser, data: JSONBody[NewApiKey], work: GivenWork, services: GivenServices
    ) -> NewApiKeyAnswer:
        """A key that acts as you, on routes of its scopes and nowhere else. It is shown this once.

        It is good until it expires or is revoked, and no longer than your account and your roles.
        """
        key, token = await ApiKeys(work, services.clock).add(request.user, data.name, data.scopes, data.expires_at)
        told = {"name": key.name, "scopes": list(key.scopes)}
        await record(work.session, actor_of(request), "api_key.added", "api_key", key.id, told)
        return NewApiKeyAnswer(**_fields(key), api_key=token)

    @delete("/{key_id:int}/")
    async def revoke_key(self, request: AnyUser, key_id: PathId, work: GivenWork, services: GivenServices) -> None:
        """End a key at once."""
        key = await ApiKeys(work, services.clock).revoke(key_id)
        await record(work.session, actor_of(request), "api_key.revoked", "api_key", key.id, {"name": key.name})
