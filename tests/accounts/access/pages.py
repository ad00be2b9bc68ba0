"""How files, pages and pictures are asked for."""

import re

from tests.accounts.access.asking import Ask, Stage, asks
from tests.support.world import ok


@asks("GET /media/{name}")
async def _picture(stage: Stage) -> Ask:
    seller = stage.business.bought.seller
    [product] = [one for one in ok(await seller.get("/api/v1/marketplace/products/mine/"))["results"] if one["images"]]
    return Ask(str(product["images"][0]["image"]))


@asks("GET /pages/assets/{name}")
async def _script(stage: Stage) -> Ask:
    page = await stage.world.http.get("/shop")
    return Ask(re.findall(r'"(/pages/assets/[^"]+\.js)"', page.text)[0])


@asks("GET /pages/map/{name}")
async def _streets(_: Stage) -> Ask:
    return Ask("/pages/map/streets.pmtiles")
