"""Every route is closed unless it is in the list below, and open to no role but those it names."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute

from api.routes.pages.pages import INSTALLED, SIGNED_IN
from api.server.app import create_app
from tests.support.world import Person, World

PUBLIC = {
    ("GET", "/"),  # pages
    ("GET", "/t/{tracking_number:str}"),
    # The pages of people who sign in are files; what they show comes from routes below.
    *(("GET", f"/{name}{rest}") for name in SIGNED_IN for rest in ("", "/{rest:path}")),
    *(("GET", f"/courier/{name}") for name in INSTALLED),
    ("GET", "/pages/assets/{name:str}"),
    ("GET", "/pages/demo.json"),  # for this machine only
    ("GET", "/pages/map.json"),
    ("GET", "/pages/map/{name:str}"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/token/refresh"),
    ("GET", "/api/v1/auth/verify-email"),  # these seven know an account by a link's token, or do not say whether it is
    ("POST", "/api/v1/auth/verify-email"),
    ("POST", "/api/v1/auth/verify-email/confirm"),
    ("POST", "/api/v1/auth/password/forgot"),
    ("GET", "/api/v1/auth/password/reset"),
    ("POST", "/api/v1/auth/password/reset"),
    ("POST", "/api/v1/auth/password/reset/confirm"),
    ("GET", "/api/v1/marketplace/products"),
    ("GET", "/api/v1/marketplace/products/{product_id:int}"),
    ("GET", "/api/v1/payments/gateways"),
    ("GET", "/api/v1/payments/callback"),
    ("POST", "/api/v1/payments/callback"),
    ("POST", "/api/v1/payments/webhook"),  # known by its signature
    ("GET", "/api/deliveries/{tracking_number:str}/track"),
    ("GET", "/media/{name:path}"),  # pictures of products
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("WS", "/ws/transporter"),  # asks for the token itself, to answer with a close code
    ("WS", "/ws/track/{tracking_number:str}"),
    ("WS", "/ws/console"),  # the same
    ("GET", "/api/deliveries/{tracking_number:str}/events"),
    ("GET", "/api/phones/osmand"),  # these three know a device by its own token
    ("POST", "/api/phones/osmand"),
    ("POST", "/api/phones/owntracks"),
}
# Route → who is let in, of a customer, a seller, a transporter and an admin; unknown ids, so that nothing happens.
ID = 2**62
TOKEN = "00000000-0000-4000-8000-000000000000"
OPEN_TO = {
    ("POST", "/api/v1/auth/logout/"): "",  # everyone, and it would end their sign-in
    ("GET", "/api/v1/auth/me/"): "customer seller transporter admin",
    ("POST", "/api/v1/auth/verify-email/resend/"): "customer seller transporter admin",
    ("POST", "/api/v1/auth/password/"): "customer seller transporter admin",
    ("POST", "/api/v1/auth/roles/"): "customer seller transporter admin",
    ("POST", "/api/v1/auth/close/"): "customer seller transporter admin",
    ("GET", "/api/v1/users/"): "admin",
    ("GET", f"/api/v1/users/{ID}/"): "admin",
    ("POST", f"/api/v1/users/{ID}/close/"): "admin",
    ("POST", f"/api/v1/users/{ID}/reopen/"): "admin",
    ("POST", f"/api/v1/users/{ID}/roles/"): "admin",
    ("POST", f"/api/v1/users/{ID}/password/"): "admin",
    ("GET", "/api/v1/audit/"): "admin",
    ("GET", "/api/v1/operations/summary/"): "admin",
    ("POST", "/api/v1/marketplace/products/"): "seller admin",
    ("GET", "/api/v1/marketplace/products/mine/"): "seller admin",
    ("PATCH", f"/api/v1/marketplace/products/{ID}/"): "seller admin",
    ("POST", f"/api/v1/marketplace/products/{ID}/images/"): "seller admin",
    ("POST", "/api/v1/marketplace/carts/"): "customer",
    ("GET", f"/api/v1/marketplace/carts/{ID}/"): "customer",
    ("POST", f"/api/v1/marketplace/carts/{ID}/items/"): "customer",
    ("PATCH", f"/api/v1/marketplace/carts/{ID}/items/{ID}/"): "customer",
    ("DELETE", f"/api/v1/marketplace/carts/{ID}/items/{ID}/"): "customer",
    ("POST", "/api/v1/marketplace/orders/create/"): "customer",
    ("GET", "/api/v1/marketplace/orders/my-orders/"): "customer",
    ("GET", f"/api/v1/marketplace/orders/{ID}/"): "customer admin",
    ("POST", f"/api/v1/marketplace/orders/{ID}/cancel/"): "customer admin",
    ("POST", "/api/v1/payments/initiate/"): "customer",
    ("GET", f"/api/v1/payments/status/{TOKEN}/"): "customer admin",
    ("POST", "/api/v1/payments/verify/"): "customer admin",
    ("GET", f"/api/v1/payments/{TOKEN}/invoice/"): "customer admin",
    ("POST", f"/api/v1/payments/{TOKEN}/refund/"): "admin",
    ("GET", "/api/v1/payments/refunds/"): "admin",
    ("POST", f"/api/v1/payments/refunds/{TOKEN}/retry/"): "admin",
    ("POST", f"/api/v1/payments/refunds/{TOKEN}/resolve/"): "admin",
    ("POST", f"/api/v1/payments/refunds/{TOKEN}/approve/"): "admin",
    ("POST", f"/api/v1/payments/refunds/{TOKEN}/deny/"): "admin",
    ("GET", "/api/v1/payments/held/"): "admin",
    ("POST", f"/api/v1/payments/held/{TOKEN}/retry/"): "admin",
    ("POST", f"/api/v1/payments/held/{TOKEN}/refund/"): "admin",
    ("GET", "/api/v1/payments/reviews/"): "admin",
    ("POST", f"/api/v1/payments/reviews/{ID}/approve/"): "admin",
    ("POST", f"/api/v1/payments/reviews/{ID}/deny/"): "admin",
    ("GET", "/api/v1/notifications/"): "admin",
    ("POST", f"/api/v1/notifications/{ID}/retry/"): "admin",
    ("GET", "/api/v1/dead-letters/"): "admin",
    ("POST", f"/api/v1/dead-letters/{ID}/{ID}/retry/"): "admin",
    ("GET", "/api/events/"): "admin",
    ("GET", "/api/webhooks/"): "admin",
    ("POST", "/api/webhooks/"): "admin",
    ("GET", f"/api/webhooks/{ID}/"): "admin",
    ("PATCH", f"/api/webhooks/{ID}/"): "admin",
    ("DELETE", f"/api/webhooks/{ID}/"): "admin",
    ("POST", f"/api/webhooks/{ID}/rotate-secret/"): "admin",
    ("POST", f"/api/webhooks/{ID}/replay/"): "admin",
    ("GET", f"/api/webhooks/{ID}/messages/"): "admin",
    ("GET", "/api/v1/api-keys/"): "admin",
    ("POST", "/api/v1/api-keys/"): "admin",
    ("DELETE", f"/api/v1/api-keys/{ID}/"): "admin",
    ("POST", f"/api/v1/marketplace/orders/{ID}/refund/"): "customer admin",
    ("GET", "/api/marketplace/analytics/products/"): "seller admin",
    ("GET", "/api/marketplace/analytics/revenue/"): "seller admin",
    ("GET", "/api/marketplace/analytics/purchases/"): "customer",
    ("GET", "/api/marketplace/sales/report/"): "seller admin",
    ("GET", "/api/marketplace/sales/"): "seller admin",
    ("GET", f"/api/marketplace/sales/{ID}/"): "customer seller admin",
    ("POST", f"/api/marketplace/sales/{ID}/mark-as-delivered/"): "seller",
    ("POST", "/api/transporters/"): "transporter",
    ("GET", "/api/transporters/"): "admin",
    ("GET", f"/api/transporters/{ID}/"): "admin",
    ("GET", "/api/transporters/me/"): "transporter",
    ("PATCH", "/api/transporters/me/"): "transporter",
    ("GET", "/api/transporters/me/duty/"): "transporter",
    ("POST", "/api/transporters/me/duty/"): "transporter",
    ("PUT", "/api/transporters/me/shifts/"): "transporter",
    ("POST", f"/api/transporters/{ID}/verify/"): "admin",
    ("GET", "/api/transporters/nearby/"): "seller admin",
    ("GET", "/api/transporters/attendance/"): "admin",
    ("GET", "/api/transporters/tracks/"): "admin",
    ("GET", f"/api/transporters/{ID}/deliveries/"): "transporter admin",
    ("GET", f"/api/transporters/{ID}/positions/"): "transporter admin",
    ("POST", "/api/deliveries/create/"): "seller admin",
    ("GET", "/api/deliveries/"): "admin",
    ("GET", "/api/deliveries/available/"): "transporter admin",
    ("GET", f"/api/deliveries/{ID}/"): "transporter seller admin",
    ("GET", f"/api/deliveries/{ID}/candidates/"): "admin",
    ("GET", f"/api/deliveries/{ID}/offers/"): "admin",
    ("POST", f"/api/deliveries/{ID}/offers/"): "admin",
    ("POST", f"/api/deliveries/{ID}/offers/withdraw/"): "admin",
    ("GET", "/api/offers/"): "transporter",
    ("GET", "/api/offers/history/"): "transporter",
    ("POST", f"/api/offers/{ID}/accept/"): "transporter",
    ("POST", f"/api/offers/{ID}/decline/"): "transporter",
    ("POST", "/api/assignment-plans/"): "admin",
    ("GET", f"/api/assignment-plans/{ID}/"): "admin",
    ("POST", f"/api/assignment-plans/{ID}/commit/"): "admin",
    ("GET", "/api/decisions/"): "admin",
    ("GET", f"/api/deliveries/{ID}/decision/"): "admin",
    ("GET", f"/api/deliveries/{ID}/decision/mine/"): "transporter",
    ("GET", f"/api/deliveries/{ID}/decision/export.json"): "admin",
    ("POST", f"/api/deliveries/{ID}/assign/"): "admin",
    ("POST", f"/api/deliveries/{ID}/unassign/"): "admin",
    ("POST", f"/api/deliveries/{ID}/reassign/"): "admin",
    ("POST", f"/api/deliveries/{ID}/transfer/"): "admin",
    ("POST", f"/api/deliveries/{ID}/give-back/"): "transporter",
    ("POST", f"/api/deliveries/{ID}/cancel/"): "seller admin",
    ("POST", f"/api/deliveries/{ID}/priority/"): "admin",
    ("POST", f"/api/transporters/{ID}/relieve/"): "admin",
    ("GET", "/api/zones/"): "admin",
    ("POST", "/api/zones/"): "admin",
    ("GET", f"/api/zones/{ID}/"): "admin",
    ("PATCH", f"/api/zones/{ID}/"): "admin",
    ("DELETE", f"/api/zones/{ID}/"): "admin",
    ("POST", f"/api/zones/{ID}/pause/"): "admin",
    ("GET", "/api/zones/rolling/"): "admin",
    ("GET", "/api/zones/outside/rolling/"): "admin",
    ("GET", f"/api/zones/{ID}/rolling/"): "admin",
    ("POST", f"/api/zones/{ID}/resume/"): "admin",
    ("POST", f"/api/deliveries/{ID}/rate/"): "customer",
    ("POST", f"/api/deliveries/{ID}/accept/"): "transporter",
    ("POST", f"/api/deliveries/{ID}/pickup/"): "transporter",
    ("POST", f"/api/deliveries/{ID}/deliver/"): "transporter",
    ("GET", f"/api/deliveries/{ID}/path.geojson"): "customer seller transporter admin",
    ("GET", f"/api/deliveries/{ID}/path.gpx"): "customer seller transporter admin",
    ("POST", "/api/v1/auth/ws-ticket/"): "customer seller transporter admin",
    ("POST", "/api/transporters/me/devices/"): "transporter",
    ("GET", "/api/transporters/me/devices/"): "transporter",
    ("DELETE", f"/api/transporters/me/devices/{ID}/"): "transporter",
    ("PATCH", f"/api/transporters/me/devices/{ID}/"): "transporter",
    ("POST", "/api/transporters/me/positions/"): "transporter",
    ("POST", "/api/auto-assign/"): "admin",
    ("POST", "/api/deliveries/bulk-operations/"): "admin",
    ("GET", "/api/assignment-runs/"): "admin",
    ("GET", f"/api/assignment-runs/{ID}/"): "admin",
}


@pytest.fixture(scope="module")
def app(world: World) -> Litestar:
    """The application whose routes are walked; it is never started."""
    return create_app(world.server.services)


def _handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler | WebsocketRouteHandler]]:
    """Method, path and handler of everything that is ours to guard."""
    for route in app.routes:
        if route.path.startswith("/schema"):
            continue
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), route.path, handler
        else:
            assert isinstance(route, WebSocketRoute), f"{route.path} is of a kind that nobody guards"
            yield "WS", route.path, route.route_handler


def test_the_public_routes_are_those_of_the_list(app: Litestar) -> None:
    public = {(method, path) for method, path, handler in _handlers(app) if handler.opt.get("exclude_from_auth")}
    assert public == PUBLIC, f"put into PUBLIC: {public - PUBLIC}; take out: {PUBLIC - public}"


def test_every_other_route_names_the_roles_that_it_is_open_to(app: Litestar) -> None:
    closed = {
        (method, path): [getattr(getattr(guard, "func", guard), "roles", None) for guard in handler.resolve_guards()]
        for method, path, handler in _handlers(app)
        if not handler.opt.get("exclude_from_auth")
    }
    assert len(closed) >= len(OPEN_TO)
    unguarded = {route for route, roles in closed.items() if not any(role is not None for role in roles)}
    assert unguarded == set()


def test_the_table_of_roles_leaves_no_closed_route_out(app: Litestar) -> None:
    closed = {(method, path) for method, path, handler in _handlers(app) if (method, path) not in PUBLIC}
    listed = {(method, path.rstrip("/").replace(TOKEN, str(ID))) for method, path in OPEN_TO}
    known = {(method, _with_ids(path)) for method, path in closed}
    assert known == listed, f"put into OPEN_TO, with the roles: {known - listed}; take out: {listed - known}"


def _with_ids(path: str) -> str:
    return "/".join(str(ID) if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("route", sorted(OPEN_TO), ids=" ".join)
async def test_a_closed_route_turns_strangers_away_and_then_the_wrong_roles(
    world: World, one_of_each: dict[str, Person], route: tuple[str, str]
) -> None:
    method, path = route
    assert (await world.http.request(method, path)).status_code == 401
    if not OPEN_TO[route]:
        return
    for role, person in one_of_each.items():
        reply = await world.http.request(method, path, headers=person.headers)
        if role in OPEN_TO[route].split():
            assert reply.status_code not in {401, 403}, f"{role}: {reply.text}"
        else:
            assert reply.status_code == 403, f"{role}: {reply.text}"
            assert "This needs the role" in reply.text
