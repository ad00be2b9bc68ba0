"""What became of a day's orders, as couriers and dispatchers saw it. Times in seconds since the day began."""

from dataclasses import dataclass, field

from api.simulation.days.day import Order


@dataclass(frozen=True, slots=True)
class Assignment:
    """A courier was given a parcel then."""

    at_s: float
    courier: str


@dataclass(slots=True)
class Parcel:
    """An order with the delivery that was made of it."""

    order: Order
    weight_kg: float
    sale_id: int
    delivery_id: int = 0
    uuid: str = ""
    holder: str | None = None
    """The courier that has it."""
    assignments: list[Assignment] = field(default_factory=list)
    withdrawals: dict[str, int] = field(default_factory=dict)
    """How often it was taken from a courier, by the server's reason."""
    picked_up_s: float | None = None
    delivered_s: float | None = None

    @property
    def placed_s(self) -> float:
        """When it was ordered."""
        return self.order.placed_min * 60

    @property
    def ready_s(self) -> float:
        """When it can be picked up."""
        return self.order.ready_min * 60

    @property
    def waits(self) -> bool:
        """Whether it is a delivery that nobody has."""
        return self.delivery_id != 0 and self.holder is None and self.delivered_s is None

    def given_to(self, courier: str, at_s: float) -> None:
        """A courier has it now."""
        self.holder = courier
        self.assignments.append(Assignment(at_s, courier))

    def taken_from(self, courier: str, reason: str) -> None:
        """That courier has it no longer."""
        self.withdrawals[reason] = self.withdrawals.get(reason, 0) + 1
        if self.holder == courier:
            self.holder = None
