"""Addresses as they are sent: to an order, or to be kept for orders to come."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from litestar import Request
from msgspec import UNSET, Meta, UnsetType

from api.http.field_checks import Given
from api.http.field_rules import Rule, together
from api.http.schemas import NO_NUL, ONE_LINE, Body, Lat, Lon, PersonName, Phone, RequiredLine, Text, changes_of
from dispatch.addresses.locating import Said, located
from dispatch.errors import Invalid

City = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, extra=ONE_LINE)]
Short = Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra=ONE_LINE)]
Landmark = Annotated[str, Meta(max_length=200, pattern=NO_NUL, extra=ONE_LINE)]
Zip = Annotated[str, Meta(max_length=20, pattern=NO_NUL, extra=ONE_LINE)]
PlusCode = Annotated[str, Meta(max_length=120, pattern=NO_NUL, extra=ONE_LINE)]
Label = Annotated[str, Meta(max_length=60, pattern=NO_NUL, extra=ONE_LINE)]
# How the body and the columns call what is brought together.
SAID = {"state": "state", "district": "district", "plus_code": "plus_code", "latitude": "lat", "longitude": "lon"}


class AddressBody(Body, frozen=True, kw_only=True):
    """Who is found where. ``state``: the province; ``district``: one of Nepal's 77, in English or Nepali.

    ``landmark``: what one sees from there. ``plus_code``: in full, or short where a district or a point is given too
    (`P88F+VJ Kathmandu`); what is kept is the full one, and its middle as the point where none was given.
    """

    customer_name: PersonName
    phone_number: Phone
    address: RequiredLine
    landmark: Landmark = ""
    city: City
    district: Short = ""
    state: Short = ""
    zip_code: Zip = ""
    plus_code: PlusCode = ""
    latitude: Lat | None = None
    longitude: Lon | None = None
    delivery_instructions: Text = ""

    described: ClassVar[Rule] = together("latitude", "longitude")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_point(self.latitude, self.longitude)

    def columns(self) -> dict[str, Any]:
        """What is kept of it. Raises Invalid where its parts do not fit together."""
        fields = {name: getattr(self, name) for name in AddressBody.__struct_fields__}
        return fitted(fields)


class NewAddress(AddressBody, frozen=True, kw_only=True):
    """An address to keep, under a name of one's own, such as `Home`; the first is the default."""

    label: Label = ""
    is_default: bool = False


class AddressChanges(Body, frozen=True, kw_only=True):
    """What is to become another; ``is_default`` makes it the default in the place of the one that is."""

    label: Label | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    customer_name: PersonName | UnsetType = UNSET
    phone_number: Phone | UnsetType = UNSET
    address: RequiredLine | UnsetType = UNSET
    landmark: Landmark | UnsetType = UNSET
    city: City | UnsetType = UNSET
    district: Short | UnsetType = UNSET
    state: Short | UnsetType = UNSET
    zip_code: Zip | UnsetType = UNSET
    plus_code: PlusCode | UnsetType = UNSET
    latitude: Lat | UnsetType | None = UNSET
    longitude: Lon | UnsetType | None = UNSET
    delivery_instructions: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.latitude is UNSET) != (self.longitude is UNSET):
            raise ValueError("`latitude` changes together with longitude")
        if self.latitude is not UNSET and self.longitude is not UNSET:
            check_point(self.latitude, self.longitude)

    def columns(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept of the address that was before. Raises Invalid where the parts do not fit together.

        Who changes the code alone means another place, and who changes the place alone another code.
        """
        changes = changes_of(self)
        merged = {name: before[SAID.get(name, name)] for name in AddressBody.__struct_fields__} | changes
        if "plus_code" in changes and "latitude" not in changes:
            merged["latitude"] = merged["longitude"] = None
        if "latitude" in changes and "plus_code" not in changes:
            merged["plus_code"] = ""
        if "district" in changes and "state" not in changes:
            merged["state"] = ""
        kept = {name: merged.pop(name) for name in ("label", "is_default") if name in merged}
        return fitted(merged) | kept


def check_point(latitude: float | None, longitude: float | None) -> None:
    """Raises ValueError for half a point."""
    if (latitude is None) != (longitude is None):
        raise ValueError("`latitude` comes together with longitude")


def fitted(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an address. Raises Invalid where its parts do not fit together."""
    found = located(Said(**{column: fields[name] for name, column in SAID.items()}))
    told = {name: value for name, value in fields.items() if name not in SAID}
    return told | {column: getattr(found, column) for column in SAID.values()}


async def check_address(_: Request[Any, Any, Any], given: Given) -> None:
    """What of a body that is an address does not fit together, see ``also_checked``."""
    check_fitting(given)


def check_fitting(given: Mapping[str, Any], within: str = "") -> None:
    """What of an address's parts does not fit together, where other fields are wrong. Raises Invalid by path."""
    said = {column: given[name] for name, column in SAID.items() if given.get(name) is not None}
    if ("lat" in said) != ("lon" in said):
        said = {name: value for name, value in said.items() if name not in {"lat", "lon"}}
    try:
        located(Said(**said))
    except Invalid as error:
        raise Invalid(error.detail, fields={f"{within}{name}": words for name, words in error.fields.items()}) from None
