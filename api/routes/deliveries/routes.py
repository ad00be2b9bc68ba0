"""The routes of deliveries, with what they are given."""

from litestar import Router

from api.http.described_examples import examples
from api.http.error_shapes import AssignmentError, errors_like
from api.http.injected import given
from api.routes.deliveries.assignment_history import AssignmentHistoryController
from api.routes.deliveries.assignments import AutoAssignController
from api.routes.deliveries.attempt_examples import OF_ATTEMPTS
from api.routes.deliveries.attempts import AttemptController
from api.routes.deliveries.bulk_operations import BulkOperationController
from api.routes.deliveries.changes import ChangesController, ReliefController
from api.routes.deliveries.codes import CodeController
from api.routes.deliveries.decision_list import DecisionListController
from api.routes.deliveries.decisions import DecisionController
from api.routes.deliveries.deliveries import DeliveryController
from api.routes.deliveries.dispatching import DispatchController
from api.routes.deliveries.door_examples import OF_DOORS
from api.routes.deliveries.doors import DoorController
from api.routes.deliveries.examples import OF_OPERATIONS
from api.routes.deliveries.handovers import HandoverController
from api.routes.deliveries.instructions import InstructionsController
from api.routes.deliveries.lists import DeliveryListController
from api.routes.deliveries.loss_examples import OF_LOSSES
from api.routes.deliveries.losses import LossController
from api.routes.deliveries.objection_examples import OF_OBJECTIONS
from api.routes.deliveries.objections import ObjectingController, ObjectionController
from api.routes.deliveries.offer_history import OfferHistoryController
from api.routes.deliveries.offers import OfferController, OfferSearchController
from api.routes.deliveries.on_hold import HoldController
from api.routes.deliveries.on_hold_examples import OF_HOLDS
from api.routes.deliveries.paths import PathController
from api.routes.deliveries.plans import AssignmentPlanController
from api.routes.deliveries.proof_examples import OF_PROOFS
from api.routes.deliveries.proof_records import ProofController, ProofPictureController
from api.routes.deliveries.returns import ReturnController
from api.routes.deliveries.rolling import RollingController
from api.routes.deliveries.runs import AssignmentRunController
from api.routes.deliveries.seller_proofs import SellerProofController
from api.routes.deliveries.services import DeliveryServices
from api.routes.deliveries.share_links import ShareLinkController
from api.routes.deliveries.tracking import TrackingController
from api.routes.deliveries.uploads import UploadController
from api.routes.deliveries.zones import ZoneController


def delivery_routes(services: DeliveryServices) -> Router:
    """All of them, over the parts of this feature."""
    return Router(
        path="/",
        route_handlers=[
            DecisionController,
            DecisionListController,
            DeliveryController,
            DeliveryListController,
            TrackingController,
            ShareLinkController,
            DispatchController,
            ChangesController,
            ReliefController,
            AssignmentHistoryController,
            ZoneController,
            RollingController,
            HandoverController,
            AttemptController,
            DoorController,
            InstructionsController,
            LossController,
            ReturnController,
            ObjectingController,
            ObjectionController,
            HoldController,
            CodeController,
            SellerProofController,
            ProofController,
            ProofPictureController,
            UploadController,
            PathController,
            Router("/api/auto-assign", route_handlers=[AutoAssignController], opt=errors_like(AssignmentError)),
            BulkOperationController,
            AssignmentRunController,
            AssignmentPlanController,
            OfferSearchController,
            OfferController,
            OfferHistoryController,
        ],
        dependencies=given(services),
        opt=examples(
            OF_OPERATIONS | OF_ATTEMPTS | OF_DOORS | OF_LOSSES | OF_OBJECTIONS | OF_HOLDS | OF_OBJECTIONS | OF_PROOFS
        ),
    )
