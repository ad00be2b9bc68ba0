"""All models in one import, so that the metadata is whole wherever it is used."""

from dispatch.accounts.api_keys import ApiKey
from dispatch.accounts.models import AccountLink, SignIn, User
from dispatch.addresses.models import SavedAddress
from dispatch.alerts.models import DeliveryAlert, SilentTransporter
from dispatch.analytics.minutes import MinuteFigures
from dispatch.analytics.models import SalesChange, SalesSum
from dispatch.arrivals.events import DeliveryEvent, DeliveryJourney
from dispatch.assignments.changes.models import Refusal
from dispatch.assignments.models import Assignment, AssignmentRun
from dispatch.assignments.plans_models import AssignmentPlan
from dispatch.audit.models import AuditEvent
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.models import Category, Product, StockChange
from dispatch.database.base import metadata
from dispatch.database.incarnation import DatabaseIncarnation
from dispatch.decisions.models import DecidedDelivery, Decision
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.models import Delivery, DeliveryStep
from dispatch.deliveries.sought import SoughtDelivery
from dispatch.events.models import Event
from dispatch.idempotency.models import AnsweredRequest
from dispatch.imports import ExternalName, ImportRun
from dispatch.jobs.models import JobItem
from dispatch.notifications.models import OutboxMessage
from dispatch.offers.models import Offer, OfferSearch
from dispatch.orders.models import DeliveryInfo, Order, OrderEvent, OrderItem
from dispatch.payments.invoices.models import Invoice, InvoiceCounter
from dispatch.payments.ledger.models import LedgerEntry
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.opening.models import PaymentReview
from dispatch.payments.refunds.models import Refund
from dispatch.payments.settling.models import WebhookReceipt
from dispatch.proofs.models import DeliveryCode, ProofChainHead, ProofRecord, SellerProofs
from dispatch.proofs.refused import RefusedHandover
from dispatch.rolling.models import RollingMove, RollingPlace, RollingTick
from dispatch.sales.models import Sale
from dispatch.sales.objections import DeliveryObjection
from dispatch.tracking.models import StoredFix, StoredSeqs
from dispatch.tracking.privacy_settings import TrackingPrivacy
from dispatch.tracking.share_links import ShareLink
from dispatch.transporters.devices import TransporterDevice
from dispatch.transporters.documents.models import DocumentReminder, DocumentUpload
from dispatch.transporters.models import Transporter, TransporterDocument, TransporterShift
from dispatch.uploads.models import Upload, UploadPart
from dispatch.waiting_imports import ImportFilePart, WaitingImport
from dispatch.webhooks.models import WebhookEndpoint, WebhookMessage
from dispatch.zones.models import Zone

__all__ = [
    "AccountLink",
    "AnsweredRequest",
    "ApiKey",
    "Assignment",
    "AssignmentPlan",
    "AssignmentRun",
    "AuditEvent",
    "Cart",
    "CartItem",
    "Category",
    "DatabaseIncarnation",
    "DecidedDelivery",
    "Decision",
    "Delivery",
    "DeliveryAlert",
    "DeliveryAttempt",
    "DeliveryCode",
    "DeliveryEvent",
    "DeliveryInfo",
    "DeliveryJourney",
    "DeliveryObjection",
    "DeliveryStep",
    "DocumentReminder",
    "DocumentUpload",
    "Event",
    "ExternalName",
    "ImportFilePart",
    "ImportRun",
    "Invoice",
    "InvoiceCounter",
    "JobItem",
    "LedgerEntry",
    "MinuteFigures",
    "Offer",
    "OfferSearch",
    "Order",
    "OrderEvent",
    "OrderItem",
    "OutboxMessage",
    "PaymentReview",
    "PaymentTransaction",
    "PaymentTransactionItem",
    "Product",
    "ProofChainHead",
    "ProofRecord",
    "Refund",
    "Refusal",
    "RefusedHandover",
    "RollingMove",
    "RollingPlace",
    "RollingTick",
    "Sale",
    "SalesChange",
    "SalesSum",
    "SavedAddress",
    "SellerProofs",
    "ShareLink",
    "SignIn",
    "SilentTransporter",
    "SoughtDelivery",
    "StockChange",
    "StoredFix",
    "StoredSeqs",
    "TrackingPrivacy",
    "Transporter",
    "TransporterDevice",
    "TransporterDocument",
    "TransporterShift",
    "Upload",
    "UploadPart",
    "User",
    "WaitingImport",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookReceipt",
    "Zone",
    "metadata",
]
