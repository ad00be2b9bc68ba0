"""Changing a transporter's profile or verification, with what that means for the deliveries it was given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.accounts.models import User
from dispatch.assignments.withdrawal import WithdrawalReason, give_back, lock_with_open_deliveries
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import Invalid
from dispatch.events.payloads.transporters import TransporterOffDuty, TransporterOnDuty
from dispatch.events.recording import record
from dispatch.ports import Clock, Publisher
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Paper, Transporters


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """What transporters may do without being asked. ``required_documents``: kinds that a verification needs."""

    max_active: int
    """Deliveries under way that anybody may have."""
    max_active_grant: int
    """The most that an admin may allow."""
    required_documents: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class VerificationDecision:
    """An admin's word. ``version``: of the profile that was looked at; ``max_active``: deliveries at once, at most."""

    approved: bool = True
    version: int | None = None
    max_active: int | None = None


class ProfileChanges:
    """Changes of transporters' profiles in one unit of work. Lock order: deliveries, transporter."""

    def __init__(self, work: Work, clock: Clock, publisher: Publisher, rules: ProfileRules) -> None:
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._rules = rules
        self._transporters = Transporters(work, clock)

    def check_max_active(self, wanted: int | None, transporter: Transporter | None = None) -> None:
        """Raises Invalid for more deliveries at once than a transporter may choose by itself."""
        granted = transporter.max_active_granted if transporter is not None else None
        most = max(self._rules.max_active, granted or 0)
        if wanted is not None and wanted > most:
            raise Invalid(
                "You may not have so many deliveries at once.",
                fields={"max_active": f"must be at most {most}; an admin may allow you more"},
            )

    def check_grant(self, wanted: int | None) -> None:
        """Raises Invalid for more deliveries at once than an admin may allow."""
        if wanted is not None and wanted > self._rules.max_active_grant:
            raise Invalid(
                "Nobody may have so many deliveries at once.",
                fields={"max_active": f"must be at most {self._rules.max_active_grant}"},
            )

    async def change(self, user: User, changes: Mapping[str, Any], papers: Sequence[Paper] | None) -> Transporter:
        """Change one's own profile; whoever may or will not carry any more gives back what is not picked up.

        Raises NotFound, Invalid.
        """
        known = await self._transporters.get_of(user)
        transporter, deliveries = await lock_with_open_deliveries(self._work.session, known.id)
        wanted = changes.get("max_active")
        if wanted is not None and wanted != transporter.max_active:
            self.check_max_active(wanted, transporter)
        was_verified, was_available = transporter.verified_at is not None, transporter.is_available
        await self._transporters.change(transporter, changes, papers)
        if transporter.is_available is not was_available:
            turned = TransporterOnDuty if transporter.is_available else TransporterOffDuty
            record(self._work.session, turned(transporter_id=transporter.id), at=self._clock.now())
        if was_verified and transporter.verified_at is None:
            self._tell_withdrawn(transporter)
            await self._give_back(deliveries, WithdrawalReason.PROFILE_CHANGED)
        elif not transporter.is_available:
            await self._give_back(deliveries, WithdrawalReason.UNAVAILABLE)
        return transporter

    async def renamed(self, user: User) -> None:
        """Customers are told the name of whoever comes: another one is looked at anew. No profile, nothing to do.

        Before the user's own row is locked or changed. Raises Unavailable.
        """
        known = await self._transporters.find_of(user)
        if known is None:
            return
        transporter, deliveries = await lock_with_open_deliveries(self._work.session, known.id)
        was_verified = transporter.verified_at is not None
        transporter.withdraw_verification()
        await self._work.session.flush()
        if was_verified:
            self._tell_withdrawn(transporter)
            await self._give_back(deliveries, WithdrawalReason.PROFILE_CHANGED)

    async def verify(self, transporter_id: int, decision: VerificationDecision) -> Transporter:
        """Verify a transporter as it is, or withdraw that. Raises NotFound, Conflict, Invalid."""
        transporter, deliveries = await lock_with_open_deliveries(self._work.session, transporter_id)
        if decision.max_active is not None:
            self.check_grant(decision.max_active)
            transporter.max_active = transporter.max_active_granted = decision.max_active
        await self._transporters.verify(
            transporter,
            approved=decision.approved,
            version=decision.version,
            required=self._rules.required_documents,
        )
        if not decision.approved:
            self._tell_withdrawn(transporter)
            await self._give_back(deliveries, WithdrawalReason.VERIFICATION_REVOKED)
        return transporter

    async def _give_back(self, deliveries: list[Delivery], reason: WithdrawalReason) -> None:
        await give_back(self._work, self._clock, self._publisher, deliveries, reason)

    def _tell_withdrawn(self, transporter: Transporter) -> None:
        """Open sockets hear of it: positions of whoever is not verified are not taken."""
        user_id = transporter.user_id
        self._work.after_commit(lambda: self._publisher.access_changed(user_id))
