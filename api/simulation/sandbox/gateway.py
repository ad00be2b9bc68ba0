"""What the handlers of one gateway share."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from api.simulation.sandbox.bodies import AnyRequest, not_found
from api.simulation.sandbox.faults import Faults
from api.simulation.sandbox.ledger import Ledger
from api.simulation.sandbox.payments import Payment


@dataclass(frozen=True)
class Gateway:
    """One gateway: its payments, its faults and its settings. The key stays out of the repr."""

    ledger: Ledger
    secret_key: str = field(repr=False)
    default_ttl_s: int
    public_url: str | None
    faults: Faults = field(default_factory=Faults)

    def payment(self, pidx: str) -> Payment:
        """The payment as it is now. Raises RefusedError 404 on an unknown pidx."""
        payment = self.ledger.find(pidx)
        if payment is None:
            raise not_found()
        return payment

    def page_url(self, request: AnyRequest, payment: Payment) -> str:
        """The payment page's absolute address, as the browser reaches it."""
        base = self.public_url or str(request.base_url)
        return f"{base.rstrip('/')}/pay/?{urlencode({'pidx': payment.pidx})}"


def gateway_of(request: AnyRequest) -> Gateway:
    """The gateway that this request came to."""
    gateway: Gateway = request.app.state.gateway
    return gateway
