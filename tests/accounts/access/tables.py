"""How tables of products, transporters and deliveries are handed in and asked for."""

from tests.accounts.access.asking import Ask, Stage, asks
from tests.support.world import delivery_body, ok

PRODUCT = "external_id,name,listed_price\n1,Rice,10\n"


@asks("GET /api/imports/{import_id}")
async def _import(stage: Stage) -> Ask:
    seller = stage.business.bought.seller
    table = ok(await seller.http.post("/api/imports/products/", content=PRODUCT, headers=seller.headers))
    return Ask(f"/api/imports/{table['id']}/", owners={"seller": seller})


@asks("GET /api/v1/operations/search")
async def _search(_: Stage) -> Ask:
    return Ask("/api/v1/operations/search/", more={"params": {"search": "rice"}})


@asks("POST /api/imports/products")
async def _products(_: Stage) -> Ask:
    return Ask("/api/imports/products/", more={"content": PRODUCT})


@asks("POST /api/imports/transporters")
async def _transporters(stage: Stage) -> Ask:
    names = "external_id,email,name,phone,vehicle_type,capacity_kg"
    content = f"{names}\n1,new-{stage.admin.email},Rider,+977-9841555555,motorcycle,40\n"
    return Ask("/api/imports/transporters/", more={"content": content})


@asks("POST /api/imports/deliveries")
async def _deliveries(stage: Stage) -> Ask:
    body = delivery_body(stage.business.bought.sale_id)
    content = ",".join(body) + "\n" + ",".join(f'"{value}"' for value in body.values()) + "\n"
    return Ask("/api/imports/deliveries/", more={"content": content})
