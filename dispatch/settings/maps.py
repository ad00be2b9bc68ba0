"""What maps are drawn on beside what was imported."""

from pydantic import Field

from dispatch.settings.checks import TilesUrl
from dispatch.settings.section import Section


class MapSettings(Section):
    """What maps are drawn on beside what was imported."""

    tiles_url: TilesUrl | None = Field(
        None,
        description="Pictures of the ground from another server, `https://tiles.example/{z}/{x}/{y}.png`. Each tile "
        "tells that server where its reader looks. Default: none; `dispatch basemap import` has streets without.",
    )
    tiles_attribution: str = Field(
        "© OpenStreetMap contributors",
        min_length=1,
        max_length=200,
        description="Who made those pictures, shown on each map that has them.",
    )
