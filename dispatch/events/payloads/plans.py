"""Events of plans: who would get which delivery, looked at before it is committed."""

from typing import ClassVar

from dispatch.events.payloads.base import EventData


class PlanData(EventData, frozen=True, kw_only=True):
    """An event of a plan."""

    plan_id: int
    pairs: int
    """Deliveries that the plan gives to somebody."""

    @property
    def subject(self) -> str:
        """The plan."""
        return f"plan:{self.plan_id}"


class PlanCommitted(PlanData, frozen=True, kw_only=True):
    """All of its pairs were written, or refused because something had changed."""

    type: ClassVar[str] = "plan.committed"
    assigned: int
    refused: int


class PlanExpired(PlanData, frozen=True, kw_only=True):
    """Nobody committed it while people were where it found them."""

    type: ClassVar[str] = "plan.expired"
