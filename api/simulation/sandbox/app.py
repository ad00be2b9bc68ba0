"""The gateway as a Litestar application."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware

from api.simulation.sandbox import control, kpg, pay
from api.simulation.sandbox.bodies import MAX_BODY_BYTES, RefusedError
from api.simulation.sandbox.faults import FaultMiddleware
from api.simulation.sandbox.gateway import Gateway
from api.simulation.sandbox.journal import Journal
from api.simulation.sandbox.ledger import Ledger, system_now
from api.simulation.sandbox.replies import answer_bug, answer_http_error, answer_invalid, answer_refused
from api.simulation.sandbox.validation import InvalidError

DEFAULT_SECRET_KEY: Final = "sandbox-secret-key"  # noqa: S105  documented, opens nothing but this sandbox
DEFAULT_TTL_S: Final = 1800


def create_app(
    *,
    state: Path | None = None,
    secret_key: str = DEFAULT_SECRET_KEY,
    ttl_s: int = DEFAULT_TTL_S,
    public_url: str | None = None,
    now: Callable[[], datetime] = system_now,
) -> Litestar:
    """Build one gateway.

    state: journal file, None to forget everything at the end; ttl_s: seconds until an unpaid session
    expires; public_url: how browsers reach it, by default the address that initiate was called at;
    now: where the time comes from. Raises JournalError.
    """
    journal = Journal(state)
    try:
        ledger = Ledger(journal, now)
    except BaseException:
        journal.close()
        raise
    gateway = Gateway(ledger=ledger, secret_key=secret_key, default_ttl_s=ttl_s, public_url=public_url)
    return Litestar(
        route_handlers=[
            kpg.initiate,
            kpg.lookup,
            kpg.refund,
            kpg.list_banks,
            pay.look,
            pay.decide_on_page,
            control.decide,
            control.show,
            control.find,
            control.add_fault,
            control.list_faults,
            control.clear_faults,
            control.health,
        ],
        state=State({"gateway": gateway}),
        middleware=[DefineMiddleware(FaultMiddleware, faults=gateway.faults)],
        exception_handlers={
            RefusedError: answer_refused,
            InvalidError: answer_invalid,
            HTTPException: answer_http_error,
            Exception: answer_bug,
        },
        on_shutdown=[journal.close],
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
        openapi_config=None,
    )
