"""The routes of payments, with what they are given."""

from litestar import Router

from api.http.described_examples import examples
from api.http.error_shapes import PaymentError, errors_like
from api.http.injected import given
from api.routes.payments.examples import OF_OPERATIONS
from api.routes.payments.held_payments import HeldPaymentController
from api.routes.payments.invoices import InvoiceController
from api.routes.payments.payments import PaymentController
from api.routes.payments.refunds import RefundController
from api.routes.payments.reviews import ReviewController
from api.routes.payments.services import PaymentServices
from api.routes.payments.webhooks import WebhookController


def payment_routes(services: PaymentServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/api/v1/payments",
        route_handlers=[
            PaymentController,
            InvoiceController,
            RefundController,
            HeldPaymentController,
            ReviewController,
            WebhookController,
        ],
        dependencies=given(services),
        opt=errors_like(PaymentError) | examples(OF_OPERATIONS),
    )
