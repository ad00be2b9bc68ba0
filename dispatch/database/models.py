"""All models in one import, so that the metadata is whole wherever it is used."""

from dispatch.accounts.models import SignIn, User
from dispatch.assignments.models import Assignment
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.models import Product
from dispatch.database.base import metadata
from dispatch.deliveries.events import DeliveryEvent, DeliveryJourney
from dispatch.deliveries.models import Delivery, DeliveryTracking
from dispatch.orders.models import DeliveryInfo, Order, OrderItem, OrderTrackingEvent
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.sales.models import Sale
from dispatch.tracking.models import StoredFix, StoredSeqs
from dispatch.transporters.devices import TransporterDevice
from dispatch.transporters.models import Transporter, TransporterDocument

__all__ = [
    "Assignment",
    "Cart",
    "CartItem",
    "Delivery",
    "DeliveryEvent",
    "DeliveryInfo",
    "DeliveryJourney",
    "DeliveryTracking",
    "Order",
    "OrderItem",
    "OrderTrackingEvent",
    "PaymentTransaction",
    "PaymentTransactionItem",
    "Product",
    "Sale",
    "SignIn",
    "StoredFix",
    "StoredSeqs",
    "Transporter",
    "TransporterDevice",
    "TransporterDocument",
    "User",
    "metadata",
]
