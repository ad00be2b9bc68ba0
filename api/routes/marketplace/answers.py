"""Products and carts as the contract writes them. Amounts in NPR, as text with two decimals."""

from decimal import Decimal

from msgspec import Struct

from dispatch.carts.models import Cart
from dispatch.catalogue.models import Product, TaxClass
from dispatch.catalogue.sums import PriceTerms


class ProductImage(Struct, frozen=True):
    """The address of a picture."""

    image: str


class SellerAnswer(Struct, frozen=True):
    """Who sells."""

    id: int
    name: str


class ProductAnswer(Struct, frozen=True):
    """A product as buyers see it; ``price`` is what one costs now. Amounts in NPR.

    ``weight_kg``: of one, packed; None where its seller has not said.
    """

    id: int
    name: str
    description: str
    price: Decimal
    listed_price: Decimal
    discounted_price: Decimal | None
    stock: int
    available: int
    tax_class: TaxClass
    category_id: int | None
    weight_kg: float | None
    images: list[ProductImage]
    is_active: bool
    seller: SellerAnswer


def product_answer(product: Product) -> ProductAnswer:
    """A product with its seller loaded."""
    return ProductAnswer(
        id=product.id,
        name=product.name,
        description=product.description,
        price=product.price,
        listed_price=product.listed_price,
        discounted_price=product.discounted_price,
        stock=product.stock,
        available=product.available,
        tax_class=product.tax_class,
        category_id=product.category_id,
        weight_kg=None if product.weight_kg is None else float(product.weight_kg),
        images=product_images(product),
        is_active=product.is_active,
        seller=SellerAnswer(product.seller_id, product.seller.name),
    )


def product_images(product: Product) -> list[ProductImage]:
    """The pictures of a product, the first first."""
    return [ProductImage(image) for image in product.images]


class CartItemAnswer(Struct, frozen=True):
    """A product in the cart at today's price."""

    id: int
    product_id: int
    product_name: str
    quantity: int
    unit_price: Decimal
    total_price: Decimal


class CartAnswer(Struct, frozen=True):
    """A cart and what it would cost today, NPR.

    ``total_amount`` is that of the items; the buyer pays ``total_to_pay``: ``subtotal`` (the items), ``tax_amount`` and
    the usual ``shipping_cost`` together.
    """

    id: int
    items: list[CartItemAnswer]
    total_amount: Decimal
    subtotal: Decimal
    tax_amount: Decimal
    shipping_cost: Decimal
    total_to_pay: Decimal


def cart_answer(cart: Cart, prices: PriceTerms) -> CartAnswer:
    """A cart with its items and their products loaded."""
    items = [
        CartItemAnswer(
            item.id,
            item.product_id,
            item.product.name,
            item.quantity,
            item.product.price,
            item.product.price * item.quantity,
        )
        for item in cart.items
    ]
    sums = prices.sums_of((item.product.price * item.quantity, item.product.is_taxed) for item in cart.items)
    return CartAnswer(cart.id, items, sums.subtotal, **sums.parts())
