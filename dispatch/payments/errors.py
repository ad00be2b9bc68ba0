"""What can go wrong with a payment beyond the general errors."""

from dispatch.errors import DispatchError


class GatewayFailure(DispatchError):
    """The gateway did not open a session."""

    code = "GATEWAY_ERROR"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The payment gateway could not start the payment: {reason}")


class PaymentNotSuccessful(DispatchError):
    """The gateway says that the money did not come."""

    code = "PAYMENT_FAILED"

    def __init__(self, gateway_status: str, reason: str) -> None:
        super().__init__("Payment was not successful")
        self.gateway_status = gateway_status
        self.reason = reason
