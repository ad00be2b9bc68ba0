"""Why a delivery went to whom it went, as it was decided: also after a year."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from sqlalchemy import select

from api.http.injected import GivenWork
from api.http.query_times import WHEN, WHEN_WORDS, end_of
from api.http.schemas import BIGINT_MAX
from api.http.security import needs
from api.routes.deliveries.decision_answers import (
    BEST_NAMED,
    DecisionAnswer,
    DecisionExport,
    FormerDecision,
    OwnDecisionAnswer,
    base_of,
    considered_answer,
    why_not_answer,
)
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.explaining import ExplainedDecision
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.decisions.models import Decision
from dispatch.decisions.store import decisions_about, find_decision
from dispatch.errors import NotFound
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters
from scoring import VERSION

At = Annotated[
    str | None,
    QueryParameter(
        max_length=40,
        format=WHEN,
        description=f"Explains the decision that stood then. {WHEN_WORDS} Default: the latest.",
    ),
]
Whom = Annotated[
    int | None,
    QueryParameter(ge=1, le=BIGINT_MAX, description="A transporter, to be told why it did not get the delivery."),
]


class DecisionController(Controller):
    """``/api/deliveries/{id}/decision``."""

    path = "/api/deliveries"
    tags = ("assignments",)

    @get("/{delivery_id:str}/decision/", guards=[needs(Role.ADMIN)])
    async def decision(
        self, delivery_id: KeyPath, work: GivenWork, services: GivenServices, at: At = None, transporter: Whom = None
    ) -> DecisionAnswer:
        """Who could have had a delivery when it was decided, who got it, and why `transporter` did not.

        Everybody is scored anew from what was kept: places to a metre, weights to a gram. Decisions older than the
        setting `decisions_keep_days` are dropped; 404 `no_decision` where none is kept.
        """
        decision, explained = await _explained(delivery_id, work, services, at)
        former = await decisions_about(work.session, explained.delivery_id)

        def told() -> tuple[Any, ...]:
            asked = None if transporter is None else explained.why_not(transporter)
            return explained.best(BEST_NAMED), explained.candidates, explained.counts(), asked

        best, candidates, counts, asked = await asyncio.to_thread(told)
        wanted = {one.transporter_id for one in best} | {explained.chosen_id or 0, transporter or 0}
        names = await _names(work, sorted(wanted))
        if transporter is not None and transporter not in names:
            raise NotFound("There is no such transporter.", code="transporter_not_found")
        return DecisionAnswer(
            **base_of(decision, explained, VERSION),
            asked_by=decision.asked_by,
            run_id=decision.run_id,
            transporter_id=explained.chosen_id,
            transporter_name=names.get(explained.chosen_id or 0),
            candidates=[considered_answer(one, names) for one in best],
            candidates_count=candidates,
            excluded_counts=counts,
            asked=None if asked is None else why_not_answer(asked, names),
            decisions=[FormerDecision(one.id, one.made_at, one.kind) for one in former],
        )

    @get("/{delivery_id:str}/decision/mine/", guards=[needs(Role.TRANSPORTER)])
    async def own_decision(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        at: At = None,
    ) -> OwnDecisionAnswer:
        """Why you got a delivery or did not, where you were online when it was decided; 404 otherwise."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        decision, explained = await _explained(delivery_id, work, services, at)
        if not explained.was_online(transporter.id) and explained.chosen_id != transporter.id:
            raise NotFound("No decision about this delivery is kept that you were part of.", code="no_decision")
        you = await asyncio.to_thread(explained.why_not, transporter.id)
        return OwnDecisionAnswer(
            **base_of(decision, explained, VERSION),
            candidates_count=explained.candidates,
            you=why_not_answer(you, {transporter.id: request.user.name}),
        )

    @get(
        "/{delivery_id:str}/decision/export.json",
        guards=[needs(Role.ADMIN)],
        responses={200: ResponseSpec(DecisionExport, generate_examples=False)},
    )
    async def export(
        self, delivery_id: KeyPath, work: GivenWork, services: GivenServices, at: At = None
    ) -> Response[bytes]:
        """A decision as a file: everybody who was online, with scores and what stood against each."""
        decision, explained = await _explained(delivery_id, work, services, at)
        names = await _names(work, explained.snapshot.people.ids.tolist())

        def encoded() -> bytes:
            return msgspec.json.encode(
                DecisionExport(
                    **base_of(decision, explained, VERSION),
                    asked_by=decision.asked_by,
                    run_id=decision.run_id,
                    transporter_id=explained.chosen_id,
                    everyone=[considered_answer(one, names) for one in explained.everyone()],
                )
            )

        name = f'attachment; filename="decision-{decision.id}-delivery-{explained.delivery_id}.json"'
        return Response(
            await asyncio.to_thread(encoded), media_type="application/json", headers={"Content-Disposition": name}
        )


async def _explained(
    key: str, work: Work, services: DeliveryServices, at: str | None
) -> tuple[Decision, ExplainedDecision]:
    delivery = await services.deliveries(work).get_alone(delivery_key(key))
    decision, place = await find_decision(work.session, delivery.id, end_of(at, "at"))
    return decision, await asyncio.to_thread(ExplainedDecision, decision, place)


async def _names(work: Work, transporter_ids: list[int]) -> dict[int, str]:
    query = select(Transporter.id, User.name).join(User, User.id == Transporter.user_id)
    rows = await work.session.execute(query.where(among(Transporter.id, transporter_ids)))
    return {row[0]: row[1] for row in rows}
