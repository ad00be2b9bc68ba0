"""The composition root: the only place where the features of one process meet.

What a feature needs is put together beside its routes; here they are joined, and closed in order.
"""

from dataclasses import dataclass
from uuid import UUID

from api.adapters.khalti import KhaltiClient
from api.adapters.messages import build_templates
from api.adapters.stores import close_store
from api.process.process_roles import WHOLE, ProcessRole
from api.process.resources import Addresses, Feature, build_resources
from api.routes.accounts.services import AccountServices, build_account_services
from api.routes.deliveries.building import build_delivery_services
from api.routes.deliveries.services import DeliveryServices
from api.routes.imports.services import ImportServices, build_import_services
from api.routes.marketplace.services import MarketplaceServices, build_marketplace_services
from api.routes.operations.services import OperationServices, build_operation_services
from api.routes.payments.services import PaymentServices, build_payment_services
from api.routes.transporters.services import TransporterServices, build_transporter_services
from api.server.background import BackgroundServices, build_background_services
from api.sockets.services import SocketServices, build_socket_services
from dispatch.notifications.ports import MailSender, SmsSender
from dispatch.ports import Clock, PaymentGateway, PhotoStore
from dispatch.settings import Settings


@dataclass(frozen=True, slots=True)
class Services(Feature):
    """Everything that one process is made of, feature by feature."""

    accounts: AccountServices
    marketplace: MarketplaceServices
    payments: PaymentServices
    deliveries: DeliveryServices
    transporters: TransporterServices
    imports: ImportServices
    operations: OperationServices
    sockets: SocketServices
    background: BackgroundServices

    @property
    def part(self) -> ProcessRole:
        """Which part of the server this process is."""
        return self.resources.part

    async def close(self) -> None:
        """Close all connections and end what was started; what others stand on comes last."""
        self.deliveries.close()
        self.accounts.close()
        await self.payments.close()
        await self.background.close()
        await close_store(self.deliveries.photos)
        await close_store(self.transporters.documents.store)
        await close_store(self.marketplace.pictures.store)
        await self.resources.close()


def build_services(
    settings: Settings,
    addresses: Addresses,
    *,
    clock: Clock | None = None,
    gateway: PaymentGateway | None = None,
    photos: PhotoStore | None = None,
    documents: PhotoStore | None = None,
    mail: MailSender | None = None,
    sms: SmsSender | None = None,
    part: ProcessRole = WHOLE,
) -> Services:
    """Join ports and implementations. Opens no connection yet."""
    resources = build_resources(settings, addresses, clock=clock, part=part)
    accounts = build_account_services(resources)
    deliveries = build_delivery_services(resources, photos)
    templates = build_templates(
        settings,
        account_link=accounts.link_tokens.url,
        delivery_code=lambda salt: deliveries.proof_keys.codes.code(UUID(salt)),
    )
    gateway = gateway or KhaltiClient(addresses.gateway_url, addresses.gateway_key)
    payments = build_payment_services(resources, gateway, templates)
    sockets = build_socket_services(resources, accounts, deliveries)
    transporters = build_transporter_services(resources, sockets.ingest, documents)
    marketplace = build_marketplace_services(resources, deliveries, payments.refunds)
    stores = (deliveries.photos, transporters.documents.store, marketplace.pictures.store)
    return Services(
        resources,
        accounts=accounts,
        marketplace=marketplace,
        payments=payments,
        deliveries=deliveries,
        transporters=transporters,
        imports=build_import_services(resources, accounts, deliveries, transporters),
        operations=build_operation_services(resources, stores),
        sockets=sockets,
        background=build_background_services(resources, templates, mail=mail, sms=sms),
    )
