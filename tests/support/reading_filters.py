"""What a GET may be asked for besides: each of its filters, as the description of the API has them.

One at a time, with every word that it may be, and else with what is there: a number, a name, a place, a day. A text is
also looked for that is nowhere.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from litestar import Litestar
from msgspec import json

from api.http.documentation import description_of
from tests.support.business import ZONES, Business, zone_body
from tests.support.world import BHAKTAPUR, THAMEL, Person, ok

# How much is answered, and in what form, or what lets a stranger in: they leave out no row. And who is online, which is
# not in the database and changes by itself.
NO_FILTERS = frozenset({"page", "page_size", "format", "empty", "unlock", "pidx", "presence"})
NOWHERE = ("Nobody Of This Name", "कुनै नाम छैन")
Values = Mapping[str, list[dict[str, Any]]]


class Filters:
    """The filters of all GETs of an application."""

    def __init__(self, app: Litestar, values: Values) -> None:
        """``values``: by the name of a parameter, what may be asked with it."""
        self._described = json.decode(description_of(app))
        self._values = values

    def of(self, path: str) -> Iterator[dict[str, Any]]:
        """The parameters of each request. Raises KeyError for one of which it is not known what finds something."""
        operation = self._described["paths"][path].get("get", {})  # a form's page is not described
        for one in operation.get("parameters", ()):
            if one["in"] != "query" or one["name"] in NO_FILTERS:
                continue
            words = list(self._words(one["schema"]))
            values = [{one["name"]: word} for word in words] or self._values[one["name"]]
            yield from map(_of_days, values) if _is_day(one["schema"]) else values

    def _words(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        """Every value that a parameter may have, where they are few."""
        if "$ref" in schema:
            schema = self._described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "boolean" in schema.get("type", ()):
            yield from ("true", "false")
        yield from (word for word in schema.get("enum", ()) if word is not None)
        for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
            yield from self._words(part)


async def values_of(business: Business, admin: Person) -> Values:
    """What finds something in the business of these people, and as little however many orders there are besides."""
    ids, people = business.ids, business.owners
    order = ok(await admin.get(f"/api/v1/marketplace/orders/{ids['order_id']}/"))
    places = {"thamel": THAMEL, "bhaktapur": BHAKTAPUR}
    zones = [ok(await admin.post(ZONES, _zone_around(name, *place)), 201)["id"] for name, place in places.items()]
    now = datetime.now(UTC)
    since, hour = [(now - timedelta(hours=10)).isoformat()], [(now - timedelta(hours=1)).isoformat()]
    # When the first of the copies was ordered that are of those who ask, where there are 160 people or less.
    window = {"date_from": (now - timedelta(hours=54)).isoformat(), "date_to": (now - timedelta(hours=52)).isoformat()}
    soon = [(now + timedelta(hours=1)).isoformat()]
    names = ["Farmer J", people["customer"].email, *NOWHERE]
    texts = [order["order_number"], ids["tracking_number"], "984123", *names]
    near = [{"lat": lat, "lon": lon, "radius_km": 1} for lat, lon in places.values()]
    numbers = {
        "customer": people["customer"].user_id,
        "actor_id": people["seller"].user_id,
        "seller": people["seller"].user_id,
        "seller_id": people["seller"].user_id,
        "transporter": ids["transporter_id"],
        "transporter_id": ids["transporter_id"],
        "product": ids["product_id"],
        "category": ids["category_id"],
        "order": ids["order_id"],
    }
    amounts = {"hours": 24, "max_days": 7, "max_months": 2, "limit": 10, "step_s": 60, "top_k": 5, "fiscal_year": 2083}
    words: dict[str, list[Any]] = {
        "email": [people["customer"].email],
        "vehicle_type": ["motorcycle"],
        "action": ["sign_in.", "zone.added"],
        "without": ["sign_in."],
        "subject_kind": ["zone", "transporter"],
        "subject_id": [str(ids["transporter_id"])],
        "subject": [f"delivery:{ids['delivery_id']}"],
        "types": ["order.paid", "delivery.*"],
        "after": [1],
        "before": [2**40],
        "zone": zones,
        "search": texts,
        "at": soon,
        "refund": [str(uuid4())],
    }
    words |= {"date_from": since, "day": [hour[0][:10]]} | dict.fromkeys(("from", "to", "flagged_since"), hour)
    words |= {name: [value] for name, value in (numbers | amounts).items()}
    by_name = {name: [{name: value} for value in values] for name, values in words.items()}
    # A place is asked for whole, and so is a time: all that was until then is nearly all.
    whole: dict[str, list[dict[str, Any]]] = {"lat": near, "lon": [], "radius_km": [], "date_to": [window]}
    return by_name | whole | _way()


def _way() -> dict[str, list[dict[str, Any]]]:
    """Where from and where to, all of it at once."""
    names = ("pickup_latitude", "pickup_longitude", "delivery_latitude", "delivery_longitude")
    whole = dict(zip(names, (*BHAKTAPUR, *THAMEL), strict=True))
    return {name: [] for name in names} | {names[0]: [whole]}


def _is_day(schema: Mapping[str, Any]) -> bool:
    return "date" in (schema.get("format"), *(part.get("format") for part in schema.get("oneOf", ())))


def _of_days(asked: Mapping[str, str]) -> dict[str, str]:
    """The days in the place of the times."""
    return {name: value[:10] for name, value in asked.items()}


def _zone_around(name: str, lat: float, lon: float) -> dict[str, Any]:
    west, south, east, north = lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return zone_body(name) | {"area": {"type": "Polygon", "coordinates": [ring]}}
