"""When a parcel should be at its door, as it is kept with it: reckoned from all that its transporter has to do."""

from dataclasses import replace

from dispatch.database.work import Work
from dispatch.deliveries.eta import Errand, errand_of, expected_arrival, with_errand
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.open_errands import errands_of
from dispatch.ports import Clock, LivePosition
from dispatch.transporters.models import Transporter


class ExpectedTimes:
    """Those of one unit of work."""

    def __init__(self, work: Work, clock: Clock, *, road_factor: float) -> None:
        self._work = work
        self._clock = clock
        self.road_factor = road_factor

    async def errands_of(self, transporter: Transporter) -> tuple[Errand, ...]:
        """All that a transporter has to do; it is asked before anything is changed, since asking writes that first."""
        if transporter.active_count == 0:
            return ()
        driver = await self._work.driver(writes=False)
        return (await errands_of(driver, [transporter.id])).get(transporter.id, ())

    def expect(
        self,
        delivery: Delivery,
        transporter: Transporter,
        position: LivePosition | None,
        errands: tuple[Errand, ...],
    ) -> None:
        """Keep when the parcel should be at its door, to whole minutes; a next try that is agreed stays.

        ``errands``: what its transporter has to do, with this one or without.
        """
        if delivery.retry_from is not None and delivery.retry_from > self._clock.now():
            delivery.estimated_delivery_time = delivery.retry_from
            return
        # Whoever has it goes there now, also where it was tried in vain and nobody had said when it is tried again.
        own = replace(errand_of(delivery, transporter.vehicle_type), undecided=False)
        arrival = expected_arrival(
            with_errand(errands, own),
            delivery.id,
            position,
            road_factor=self.road_factor,
            now=self._clock.now(),
        )
        delivery.estimated_delivery_time = arrival.likely_minute
