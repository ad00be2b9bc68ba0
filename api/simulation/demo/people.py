"""The people of the demo. All of them are invented; their addresses end in a domain that nobody can own."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice

from api.simulation.demo.kathmandu import DOORS, MARKETS, Place, Point

DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    email: str
    name: str
    phone: str
    place: Place


@dataclass(frozen=True, slots=True)
class VehicleKind:
    """What somebody drives: kg, deliveries at once, metres a second in traffic."""

    name: str
    capacity_kg: Decimal
    max_active: int
    cruise_mps: float
    series: str
    """The letters of its number plate; empty for a bicycle, which has none."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A transporter."""

    person: Person
    vehicle: VehicleKind
    number: str
    business_name: str
    rating: Decimal
    rating_count: int

    @property
    def home(self) -> Point:
        """Where it waits for work on the first day."""
        return self.person.place.point


BICYCLE = VehicleKind("bicycle", Decimal(5), 3, 5.0, "")
SCOOTER = VehicleKind("scooter", Decimal(20), 4, 10.0, "BA {} PA")
MOTORCYCLE = VehicleKind("motorcycle", Decimal(25), 4, 10.5, "BA {} PA")
CAR = VehicleKind("car", Decimal(120), 5, 9.0, "BA {} CHA")
VAN = VehicleKind("van", Decimal(500), 6, 8.0, "BA {} CHA")
TRUCK = VehicleKind("truck", Decimal(1500), 8, 7.0, "BA {} KHA")

# The first of them is the log-in that is shown, and scooters and motorcycles are what the city is full of.
FLEET = (
    *(MOTORCYCLE, SCOOTER, BICYCLE, CAR, MOTORCYCLE, VAN, SCOOTER, MOTORCYCLE, TRUCK, SCOOTER),
    *(MOTORCYCLE, SCOOTER, BICYCLE, CAR, MOTORCYCLE, VAN, SCOOTER, MOTORCYCLE, CAR, MOTORCYCLE),
    *(MOTORCYCLE, SCOOTER, BICYCLE, CAR, MOTORCYCLE, VAN, SCOOTER, MOTORCYCLE, TRUCK, SCOOTER),
    *(MOTORCYCLE, SCOOTER, BICYCLE, CAR, MOTORCYCLE, VAN, BICYCLE, MOTORCYCLE, CAR, TRUCK),
)

_GIVEN = (
    *("Aarav", "Bimala", "Chandra", "Deepa", "Ekraj", "Gita", "Hari", "Indira", "Jeevan", "Kamala"),
    *("Lokendra", "Maya", "Nabin", "Ojaswi", "Pemba", "Rekha", "Suman", "Tara", "Umesh", "Vidya"),
    *("Yogesh", "Anju", "Bikash", "Chameli", "Dawa", "Elina", "Furba", "Goma", "Hemant", "Ishwori"),
    *("Jamuna", "Kiran", "Laxmi", "Mingma", "Niruta", "Prabin", "Roshani", "Saraswoti", "Tenzing", "Uttam"),
)
_FAMILY = (
    *("Tamrakar", "Dangol", "Lopchan", "Khatiwada", "Bajgain", "Maharjan", "Chepang", "Dhungana", "Waiba", "Sapkota"),
    *("Rumba",),
)
_FIRMS = ("", "Himal Cargo", "", "Bagmati Couriers", "", "Nagarjun Logistics", "")

ADMIN = Person(f"admin@{DOMAIN}", "Nirmala Dhungel", "+977-9800000001", DOORS[3])
SELLERS = (
    Person(f"seller@{DOMAIN}", "Phulmaya Kitchen Garden", "+977-9800000011", MARKETS["kalimati"]),
    Person(f"spices@{DOMAIN}", "Asan Spice House", "+977-9800000012", MARKETS["asan"]),
    Person(f"crafts@{DOMAIN}", "Patan Metal and Wood", "+977-9800000013", MARKETS["patan"]),
    Person(f"dairy@{DOMAIN}", "farmer_dilip", "+977-9800000014", MARKETS["bhaktapur"]),
    Person(f"tea@{DOMAIN}", "Boudha Tea Room", "+977-9800000015", MARKETS["boudha"]),
)
CUSTOMERS = (
    Person(f"customer@{DOMAIN}", "Sarmila Bajgain", "+977-9800000021", DOORS[0]),
    Person(f"customer2@{DOMAIN}", "Rajan Tamrakar", "+977-9800000022", DOORS[3]),
    Person(f"customer3@{DOMAIN}", "Mina Lopchan", "+977-9800000023", DOORS[10]),
    Person(f"customer4@{DOMAIN}", "Bishnu Khatiwada", "+977-9800000024", DOORS[14]),
    Person(f"customer5@{DOMAIN}", "Anusha Dangol", "+977-9800000025", DOORS[19]),
    Person(f"customer6@{DOMAIN}", "Kedar Rumba", "+977-9800000026", DOORS[8]),
)


def _carrier(index: int, vehicle: VehicleKind, place: Place) -> Carrier:
    given, family = _GIVEN[index], _FAMILY[index % len(_FAMILY)]
    email = f"transporter{index + 1 if index else ''}@{DOMAIN}"
    lane = Point(place.point.lat, place.point.lon).shifted(index * 37 % 400 - 200, index * 53 % 400 - 200)
    return Carrier(
        Person(email, f"{given} {family}", f"+977-98100000{index:02d}", Place(place.name, lane)),
        vehicle,
        f"{vehicle.series.format(index % 9 + 1)} {1204 + index * 173 % 8700}" if vehicle.series else "",
        _FIRMS[index % len(_FIRMS)],
        Decimal(350 + index * 67 % 151) / 100,  # 3.50 to 5.00
        12 + index * 31 % 260,
    )


CARRIERS = tuple(
    _carrier(index, vehicle, place)
    for index, (vehicle, place) in enumerate(zip(FLEET, islice(cycle(DOORS), len(FLEET)), strict=True))
)

EVERYONE = (ADMIN, *SELLERS, *CUSTOMERS, *(carrier.person for carrier in CARRIERS))
