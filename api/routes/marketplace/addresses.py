"""Addresses that customers keep, and the provinces and districts that addresses name."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from api.http.field_checks import also_checked
from api.http.injected import GivenWork
from api.http.middleware.compression import KEPT
from api.http.schemas import Page, PageNumber, PageSize, PathId, paginate
from api.http.security import PUBLIC, needs
from api.routes.marketplace.address_bodies import AddressChanges, NewAddress, check_address
from dispatch.accounts.models import Role, User
from dispatch.addresses.models import ADDRESS_COLUMNS, SavedAddress
from dispatch.addresses.provinces import PROVINCES, Province
from dispatch.addresses.service import SavedAddresses


class DistrictAnswer(Struct, frozen=True):
    """A district by its names; an address is sent with any of them."""

    id: str
    name: str
    name_ne: str
    latitude: float
    longitude: float


class ProvinceAnswer(Struct, frozen=True):
    """A province of Nepal with its districts; the points are those of their seats, degrees."""

    id: str
    number: int
    name: str
    name_ne: str
    districts: list[DistrictAnswer]


class ProvincesAnswer(Struct, frozen=True):
    """All seven of them."""

    results: list[ProvinceAnswer]


class SavedAddressAnswer(Struct, frozen=True, kw_only=True):
    """An address that its customer keeps. Degrees, None where no point is known."""

    id: int
    label: str
    is_default: bool
    customer_name: str
    phone_number: str
    address: str
    landmark: str
    city: str
    district: str
    state: str
    zip_code: str
    plus_code: str
    latitude: float | None
    longitude: float | None
    delivery_instructions: str
    full_address: str
    created_at: datetime


def province_answer(province: Province) -> ProvinceAnswer:
    """A province as it is answered."""
    districts = [DistrictAnswer(one.id, one.en, one.ne, one.lat, one.lon) for one in province.districts]
    return ProvinceAnswer(province.id, province.number, province.en, province.ne, districts)


def saved_address(address: SavedAddress) -> SavedAddressAnswer:
    """An address as it is answered."""
    same = {name: getattr(address, name) for name in ADDRESS_COLUMNS if name not in {"lat", "lon"}}
    return SavedAddressAnswer(
        id=address.id,
        label=address.label,
        is_default=address.is_default,
        latitude=address.lat,
        longitude=address.lon,
        full_address=address.full_address,
        created_at=address.created_at,
        **same,
    )


class ProvinceController(Controller):
    """``/api/v1/marketplace/provinces``."""

    path = "/api/v1/marketplace/provinces"
    tags = ("addresses",)

    @get("/", opt=PUBLIC | KEPT)
    async def list_provinces(self) -> ProvincesAnswer:
        """Nepal's seven provinces with their 77 districts, in English and Nepali."""
        return ProvincesAnswer([province_answer(one) for one in PROVINCES])


class AddressController(Controller):
    """``/api/v1/marketplace/addresses``; an address is its customer's alone."""

    path = "/api/v1/marketplace/addresses"
    tags = ("addresses",)
    guards = (needs(Role.CUSTOMER),)

    @get("/")
    async def list_addresses(
        self, request: Request[User, Any, Any], work: GivenWork, page: PageNumber = 1, page_size: PageSize = 20
    ) -> Page[SavedAddressAnswer]:
        """One's own, the default first, then the newest."""
        query = SavedAddresses(work).list_query(request.user)
        return await paginate(request, work.session, query, page, page_size, saved_address)

    @post("/", opt=also_checked(check_address))
    async def add(
        self, request: Request[User, Any, Any], data: JSONBody[NewAddress], work: GivenWork
    ) -> SavedAddressAnswer:
        """Keep an address; at most 20 (409 `too_many_addresses`). The first is the default."""
        columns = data.columns()
        made = await SavedAddresses(work).add(request.user, columns, label=data.label, is_default=data.is_default)
        return saved_address(made)

    @get("/{address_id:int}/")
    async def show(self, request: Request[User, Any, Any], address_id: PathId, work: GivenWork) -> SavedAddressAnswer:
        """One of one's own."""
        return saved_address(await SavedAddresses(work).get(address_id, request.user))

    @patch("/{address_id:int}/")
    async def change(
        self, request: Request[User, Any, Any], address_id: PathId, data: JSONBody[AddressChanges], work: GivenWork
    ) -> SavedAddressAnswer:
        """Change some of it. With another Plus Code alone the point follows it, with another point alone it goes."""
        addresses = SavedAddresses(work)
        before = await addresses.get(address_id, request.user)
        changes = data.columns({name: getattr(before, name) for name in ADDRESS_COLUMNS})
        return saved_address(await addresses.change(address_id, request.user, changes))

    @delete("/{address_id:int}/")
    async def remove(self, request: Request[User, Any, Any], address_id: PathId, work: GivenWork) -> None:
        """Forget it; orders that used it keep theirs. Where it was the default, the newest that is left is."""
        await SavedAddresses(work).remove(address_id, request.user)
