"""One's own data: a copy of all of it, and its end."""

from datetime import datetime

from litestar import Controller, Response, post
from litestar.params import JSONBody
from msgspec import Struct

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.accounts.accounts import AnyRequest
from api.routes.accounts.own_account import AccountClosing, MessageAnswer
from api.routes.accounts.services import GivenServices
from dispatch.audit.service import record
from dispatch.privacy.export import MOST, Row, personal_data


class DataSection(Struct, frozen=True):
    """All that is kept of one kind, the newest first; ``left_out``: how many older ones are not in this copy."""

    rows: list[Row]
    left_out: int


class DataAnswer(Struct, frozen=True):
    """A copy of all that is kept about whoever asks, by kind. Secrets and what is others' are not in it."""

    made_at: datetime
    user_id: int
    most_of_a_kind: int
    data: dict[str, DataSection]


class PersonalDataController(Controller):
    """``/api/v1/auth``, what becomes of one's own data."""

    path = "/api/v1/auth"
    tags = ("accounts",)
    guards = (needs(),)

    @post("/export/", status_code=200)
    async def export(
        self, request: AnyRequest, data: JSONBody[AccountClosing], work: GivenWork, services: GivenServices
    ) -> Response[DataAnswer]:
        """A copy of all that is kept about oneself, as a file of JSON; five an hour, then 429.

        It asks for the password, so that nobody takes it along from a phone that was left lying about.
        """
        user = request.user
        await services.take_export(user.id)
        await services.sign_ins.confirm(user, data.password, actor_of(request))
        found = await personal_data(work.session, user)
        await record(work.session, actor_of(request), "account.exported", "user", user.id)
        sections = {name: DataSection(section.rows, section.left_out) for name, section in found.items()}
        answer = DataAnswer(services.clock.now(), user.id, MOST, sections)
        named = {"Content-Disposition": f'attachment; filename="account-{user.id}.json"'}
        return Response(answer, headers=named)

    @post("/delete/", status_code=200, opt={MAY_CONFLICT: True})
    async def delete(
        self, request: AnyRequest, data: JSONBody[AccountClosing], work: GivenWork, services: GivenServices
    ) -> MessageAnswer:
        """Delete one's account, for good: every sign-in ends, and one's name, phone and addresses go from everything.

        Orders, payments, invoices and proofs stay without them. 409 `account_in_use` with `reasons` while something is
        under way: orders that were paid, open payments and refunds, sales that have not arrived, parcels aboard.
        """
        await services.sign_ins.confirm(request.user, data.password, actor_of(request))
        await services.deletion(work).delete(request.user.id, actor_of(request))
        return MessageAnswer("Your account is deleted.")
