"""What the routes of deliveries are given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.guess_limits import RedisGuessLimits
from api.routes.deliveries.dispatch_services import DispatchServices
from dispatch.cancellations.losses import Losses
from dispatch.cancellations.objections import Objections
from dispatch.cancellations.returns import Returns
from dispatch.database.work import Work
from dispatch.tracking.privacy import Privacy, Shown
from dispatch.tracking.unlocking import UnlockTokens


@dataclass(frozen=True, slots=True)
class DeliveryServices(DispatchServices):
    """The deliveries' share of a process."""

    unlock_tokens: UnlockTokens
    guesses: RedisGuessLimits

    @property
    def usual_privacy(self) -> Privacy:
        """What is shown of parcels whose seller has chosen nothing."""
        return Privacy(position=Shown(self.settings.tracking_position))

    def losses(self, work: Work) -> Losses:
        """What was lost or damaged in a unit of work."""
        deliveries = self.deliveries(work)
        return Losses(work, self.clock, self.publisher, deliveries, times=self.handover_rules.times)

    def objections(self, work: Work) -> Objections:
        """What buyers object to of what was told as delivered, in a unit of work."""
        deliveries, open_for = self.deliveries(work), timedelta(seconds=self.settings.objection_s)
        return Objections(work, self.clock, deliveries, self.losses(work), open_for=open_for)

    def returns(self, work: Work) -> Returns:
        """Parcels that go back to their sellers, in a unit of work."""
        most = self.attempt_rules.most
        factor = self.settings.road_factor
        return Returns(
            work,
            self.clock,
            self.publisher,
            self.deliveries(work),
            most_attempts=most,
            road_factor=factor,
            times=self.handover_rules.times,
        )

    def close(self) -> None:
        """End the solver's processes."""
        self.solver.close()


GivenServices: TypeAlias = NamedDependency[SkipValidation[DeliveryServices]]
"""The parts of this feature, as its routes name them."""
