"""The routes of transporters, with what they are given."""

from litestar import Router

from api.http.described_examples import Example, examples
from api.http.injected import given
from api.routes.deliveries.examples import OF_TRANSPORTER
from api.routes.transporters.attendance import AttendanceController
from api.routes.transporters.devices import DeviceController
from api.routes.transporters.document_queue import DocumentPictureController, DocumentQueueController
from api.routes.transporters.documents import DocumentController
from api.routes.transporters.duty import DutyController
from api.routes.transporters.earnings import EarningsController
from api.routes.transporters.lists import TransporterListController
from api.routes.transporters.nearby import NearbyController
from api.routes.transporters.phones import PhoneController
from api.routes.transporters.ratings import RatingController
from api.routes.transporters.services import TransporterServices
from api.routes.transporters.tracks import TrackController
from api.routes.transporters.transporters import TransporterController


def transporter_routes(services: TransporterServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            TransporterController,
            TransporterListController,
            NearbyController,
            DeviceController,
            DutyController,
            EarningsController,
            AttendanceController,
            RatingController,
            DocumentController,
            DocumentQueueController,
            DocumentPictureController,
            TrackController,
            PhoneController,
        ],
        dependencies=given(services),
        opt=examples({"transporters_deliveries": Example(answers={"One delivery": OF_TRANSPORTER})}),
    )
