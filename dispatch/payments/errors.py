"""What can go wrong with a payment beyond the general errors."""

from typing import Any

from dispatch.errors import DispatchError, TooMany
from dispatch.payments.settling.failures import Failure


class GatewayFailure(DispatchError):
    """The gateway did not open a session."""

    code = "GATEWAY_ERROR"

    def __init__(self, reason: str, *, code: str | None = None, data: dict[str, Any] | None = None) -> None:
        super().__init__(
            f"The payment gateway could not start the payment: {reason}", code=code, **({"data": data} if data else {})
        )


class PaymentNotSuccessful(DispatchError):
    """The gateway says that the money did not come; ``failure.pending``: not yet, or nobody knows yet."""

    def __init__(self, gateway_status: str, failure: Failure) -> None:
        super().__init__("Payment was not successful", code=failure.code)
        self.gateway_status = gateway_status
        self.failure = failure


class TooManyPayments(TooMany):
    """Payments are opened faster than anybody pays, or named that nobody opened."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after_s: int, what: str = "payments were opened") -> None:
        super().__init__(f"Too many {what}; try again in {retry_after_s} s.", retry_after_s)
