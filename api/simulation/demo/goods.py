"""What the demo's sellers sell. Prices in NPR, weights in kg; basic farm produce bears no VAT."""

from dataclasses import dataclass
from decimal import Decimal

from api.simulation.demo.people import SELLERS, Person

EXEMPT, STANDARD = "exempt", "standard"
"""Classes of tax, as the API names them."""
STOCK = 5_000
"""Of each; it is filled up again at each start once half of it is sold."""


@dataclass(frozen=True, slots=True)
class Article:
    """A product of the demo."""

    seller: Person
    name: str
    listed_price: Decimal
    discounted_price: Decimal | None
    weight_kg: float
    tax_class: str
    description: str


def _farm(seller: int, name: str, price: str, weight_kg: float, text: str, *, offer: str | None = None) -> Article:
    return Article(SELLERS[seller], name, Decimal(price), _amount(offer), weight_kg, EXEMPT, text)


def _made(seller: int, name: str, price: str, weight_kg: float, text: str, *, offer: str | None = None) -> Article:
    return Article(SELLERS[seller], name, Decimal(price), _amount(offer), weight_kg, STANDARD, text)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


ARTICLES = (
    _farm(0, "Organic tomatoes, 5 kg", "650.00", 5.0, "Picked in Lele this morning.", offer="600.00"),
    _farm(0, "Cauliflower, crate of 8", "880.00", 9.0, "From the terraces above Dhading."),
    _farm(0, "Jumla apples, 2 kg", "720.00", 2.0, "Small, sweet, from the high orchards."),
    _made(1, "Timur pepper, 250 g", "540.00", 0.25, "Sichuan pepper of the middle hills.", offer="495.00"),
    _made(1, "Momo spice box", "380.00", 0.4, "Cumin, coriander, turmeric, dried chilli."),
    _farm(1, "Jimbu, 50 g", "460.00", 0.05, "Dried Himalayan leek, for dal."),
    _made(2, "Copper water jug", "3200.00", 1.4, "Hammered in Patan."),
    _made(2, "Carved window frame, small", "7800.00", 6.5, "Sal wood, three weeks of work.", offer="7200.00"),
    _made(2, "Garden bench", "14500.00", 38.0, "Seasoned teak, delivered whole."),
    _farm(3, "Juju dhau, clay bowl of 1 kg", "420.00", 1.6, "King curd, set overnight."),
    _farm(3, "Buffalo ghee, 1 kg", "1350.00", 1.1, "Slowly cooked."),
    _farm(3, "Chhurpi, 500 g", "980.00", 0.5, "Hard cheese of yak milk."),
    _made(4, "Ilam orthodox tea, 500 g", "1150.00", 0.55, "First flush.", offer="990.00"),
    _made(4, "Arabica coffee from Nuwakot, 1 kg", "1900.00", 1.05, "Roasted to order."),
    _made(4, "Tea set for six", "4600.00", 4.2, "Stoneware, packed in straw."),
)
