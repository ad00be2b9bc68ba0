"""What sellers' new deliveries require as proof."""

from typing import Any

from litestar import Controller, Request, get, patch
from litestar.params import JSONBody

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import PathId
from api.http.security import acts, needs
from api.routes.deliveries.proof_bodies import RequiredProofs, WantedProofs, required_proofs
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.proofs.required import Required
from dispatch.proofs.usual import UsualProofs


async def _change(request: Request[User, Any, Any], work: Work, seller_id: int, wanted: Required) -> RequiredProofs:
    usual = await UsualProofs(work).change(seller_id, wanted.ends, age_minimum=wanted.age_minimum)
    changed = required_proofs(usual)
    told = {"pickup": changed.pickup, "drop_off": changed.drop_off, "return": changed.returned}
    await record(work.session, actor_of(request), "proof.required", "user", seller_id, told)
    return changed


class SellerProofController(Controller):
    """``/api/sellers``: what their deliveries require."""

    path = "/api/sellers"
    tags = ("deliveries",)

    @get("/me/proof/", guards=[needs(Role.SELLER)])
    async def show_own_proof(self, request: Request[User, Any, Any], work: GivenWork) -> RequiredProofs:
        """What one's own new deliveries require where they do not say so."""
        return required_proofs(await UsualProofs(work).of(request.user.id))

    @patch("/me/proof/", guards=[acts(Role.SELLER)])
    async def change_own_proof(
        self, request: Request[User, Any, Any], data: JSONBody[WantedProofs], work: GivenWork
    ) -> RequiredProofs:
        """Change it, for deliveries that are made from now on."""
        return await _change(request, work, request.user.id, data.required())

    @get("/{seller_id:int}/proof/", guards=[needs(Role.ADMIN)])
    async def show_seller_proof(self, seller_id: PathId, work: GivenWork) -> RequiredProofs:
        """What a seller's new deliveries require."""
        return required_proofs(await UsualProofs(work).of(seller_id))

    @patch("/{seller_id:int}/proof/", guards=[needs(Role.ADMIN)])
    async def change_seller_proof(
        self, request: Request[User, Any, Any], seller_id: PathId, data: JSONBody[WantedProofs], work: GivenWork
    ) -> RequiredProofs:
        """Change it in the seller's place."""
        return await _change(request, work, seller_id, data.required())
