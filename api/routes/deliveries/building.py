"""Joins the parts of the deliveries' feature, once a process."""

from api.adapters.guess_limits import RedisGuessLimits
from api.adapters.solving import ProcessSolver
from api.adapters.stores import build_store
from api.process.resources import Resources
from api.routes.deliveries.services import DeliveryServices
from dispatch.assignments.run_tasks import RunTasks
from dispatch.deliveries.proof_keys import ProofKeys
from dispatch.ports import PhotoStore
from dispatch.rolling.leases import name_of_process
from dispatch.rolling.planning import Planner
from dispatch.tracking.unlocking import UnlockTokens
from dispatch.transporters.kept import KeptTransporters
from dispatch.zones.kept import KeptZones


def build_delivery_services(resources: Resources, photos: PhotoStore | None = None) -> DeliveryServices:
    """Join them. Starts no process yet."""
    database, settings = resources.database, resources.settings
    solver = ProcessSolver(is_timed=resources.part.is_timed)
    return DeliveryServices(
        resources,
        photos=photos or build_store(settings, "photos"),
        zones=KeptZones(database),
        proof_keys=ProofKeys(settings.signing_key(), [key.get_secret_value() for key in settings.old_secret_keys]),
        solver=solver,
        runs=RunTasks(database, resources.clock),
        kept=KeptTransporters(database),
        planner=Planner(solver),
        leader=name_of_process(),
        unlock_tokens=UnlockTokens(settings.signing_key()),
        guesses=RedisGuessLimits(
            resources.redis,
            resources.keys,
            per_account=settings.wrong_passwords_per_account,
            per_address=settings.wrong_passwords_per_address,
            window_s=settings.wrong_passwords_window_s,
        ),
    )
