"""Reading a day: the four tables of a folder, checked against each other before anything is started."""

from dataclasses import dataclass
from pathlib import Path

from api.simulation.days.day import Courier, Day, Order, Spot
from api.simulation.days.errors import UnusableDay
from api.simulation.days.tables import Complaints, Table, TableRow

MOST_ORDERS = 5_000
MOST_COURIERS = 1_000
MOST_METRES = 200_000.0
"""From the corner of the plane: a day is one town's."""
MOST_MINUTES = 48 * 60.0

ORDER_COLUMNS = ("seed", "order", "x", "y", "placement_time", "restaurant", "ready_time")
COURIER_COLUMNS = ("seed", "schedule", "courier", "x", "y", "on_time", "off_time")
RESTAURANT_COLUMNS = ("seed", "restaurant", "x", "y")
INSTANCE_COLUMNS = (
    "seed",
    "meters_per_minute",
    "pickup_service_minutes",
    "dropoff_service_minutes",
    "target_click_to_door",
)


@dataclass(frozen=True, slots=True)
class _Instance:
    metres_a_minute: float
    pickup_min: float
    dropoff_min: float
    target_min: float


def read_day(path: Path, *, instance: str | None = None, schedule: str | None = None) -> Day:
    """A day of the folder ``path``, or of the folder in which the file ``path`` lies.

    ``instance``: of the column ``seed``; ``schedule``: of the couriers. Default: the first of each. Raises UnusableDay
    with everything that is wrong.
    """
    folder = path if path.is_dir() else path.parent
    complaints = Complaints()
    instances = Table(folder, "instances", INSTANCE_COLUMNS, complaints)
    number = _chosen(instances, "seed", instance, "--instance")
    couriers = Table(folder, "couriers", COURIER_COLUMNS, complaints)
    of_instance = [row for row in couriers.rows if row.cells["seed"] == number]
    if not of_instance:
        raise UnusableDay(f"{couriers.file.name} has no couriers of instance {number}.")
    crew = _chosen(couriers, "schedule", schedule, "--schedule", of_instance)
    restaurants = Table(folder, "restaurants", RESTAURANT_COLUMNS, complaints)
    orders = Table(folder, "orders", ORDER_COLUMNS, complaints)
    rules = _read_instance(instances, number)
    places = _read_restaurants(restaurants, number)
    day = Day(
        number,
        crew,
        _read_orders(orders, number, places),
        _read_couriers(couriers, [row for row in of_instance if row.cells["schedule"] == crew]),
        rules.metres_a_minute,
        rules.pickup_min,
        rules.dropoff_min,
        rules.target_min,
    )
    complaints.raise_any()
    if not day.orders:
        raise UnusableDay(f"{orders.file.name} has no orders of instance {number}.")
    return day


def _chosen(table: Table, column: str, wanted: str | None, option: str, rows: list[TableRow] | None = None) -> str:
    """What was asked for, or the first that there is. Raises UnusableDay."""
    there_are = list(dict.fromkeys(row.cells[column] for row in (table.rows if rows is None else rows)))
    if wanted is None:
        return there_are[0]
    if wanted not in there_are:
        shown = ", ".join(there_are[:20])
        raise UnusableDay(f"{option} {wanted} is not in {table.file.name}; there are {shown}.")
    return wanted


def _read_instance(table: Table, number: str) -> _Instance:
    rows = [row for row in table.rows if row.cells["seed"] == number]
    for row in rows[1:]:
        table.complain(row, f"a second line of instance {number}")
    row = rows[0]
    return _Instance(
        table.number(row, "meters_per_minute", least=1, most=4_000),
        table.number(row, "pickup_service_minutes", least=0, most=120),
        table.number(row, "dropoff_service_minutes", least=0, most=120),
        table.number(row, "target_click_to_door", least=1, most=MOST_MINUTES),
    )


def _spot(table: Table, row: TableRow) -> Spot:
    return Spot(
        table.number(row, "x", least=-MOST_METRES, most=MOST_METRES),
        table.number(row, "y", least=-MOST_METRES, most=MOST_METRES),
    )


def _read_restaurants(table: Table, number: str) -> dict[str, Spot]:
    places: dict[str, Spot] = {}
    for row in table.rows:
        if row.cells["seed"] == number:
            name = table.name(row, "restaurant")
            if name in places:
                table.complain(row, f"restaurant {name} is there twice")
            places[name] = _spot(table, row)
    return places


def _read_orders(table: Table, number: str, places: dict[str, Spot]) -> tuple[Order, ...]:
    orders: dict[str, Order] = {}
    for row in table.rows:
        if row.cells["seed"] != number:
            continue
        name, restaurant = table.name(row, "order"), table.name(row, "restaurant")
        placed = table.number(row, "placement_time", least=0, most=MOST_MINUTES)
        ready = table.number(row, "ready_time", least=0, most=MOST_MINUTES)
        if ready < placed:
            table.complain(row, f"ready_time {ready:g} lies before placement_time {placed:g}")
        if restaurant and restaurant not in places:
            table.complain(row, f"restaurant {restaurant} is not among the restaurants of instance {number}")
        if name in orders:
            table.complain(row, f"order {name} is there twice")
        pickup = places.get(restaurant, Spot(0, 0))
        orders[name] = Order(name, pickup, _spot(table, row), placed, ready)
    if len(orders) > MOST_ORDERS:
        raise UnusableDay(
            f"{table.file.name} has {len(orders):,} orders of instance {number}, more than {MOST_ORDERS:,}."
        )
    return tuple(sorted(orders.values(), key=lambda order: (order.placed_min, order.name)))


def _read_couriers(table: Table, rows: list[TableRow]) -> tuple[Courier, ...]:
    couriers: dict[str, Courier] = {}
    for row in rows:
        name = table.name(row, "courier")
        begins = table.number(row, "on_time", least=0, most=MOST_MINUTES)
        ends = table.number(row, "off_time", least=0, most=MOST_MINUTES)
        if ends <= begins:
            table.complain(row, f"off_time {ends:g} does not lie after on_time {begins:g}")
        if name in couriers:
            table.complain(row, f"courier {name} is there twice")
        couriers[name] = Courier(name, _spot(table, row), begins, ends)
    if len(couriers) > MOST_COURIERS:
        raise UnusableDay(f"{table.file.name} has {len(couriers):,} couriers, more than {MOST_COURIERS:,}.")
    return tuple(couriers.values())
