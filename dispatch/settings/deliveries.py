"""Deliveries and who carries them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from dispatch.settings.checks import Box, Texts
from dispatch.settings.section import Section


class DeliverySettings(Section):
    """Deliveries and who carries them."""

    commission_rate: Decimal = Field(
        Decimal("0.10"), ge=0, le=1, description="Share of the delivery fee that the marketplace keeps."
    )
    road_factor: float = Field(1.3, ge=1, le=5, description="Road distance over great-circle distance.")
    assign_radius_km: float = Field(20.0, gt=0, le=2000, description="Farthest transporter considered for a pickup.")
    max_active_deliveries: int = Field(
        5,
        ge=1,
        le=1000,
        description="Deliveries a transporter may have under way at once, unless an admin allows it more.",
    )
    max_active_grant: int = Field(
        50, ge=1, le=1000, description="Deliveries under way that an admin may allow a transporter at most."
    )
    tracking_position: Literal["always", "never", "under_way", "near", "code"] = Field(
        "near",
        description="When whoever has a tracking number sees where the parcel is, where its seller has not chosen: "
        "`near` (aboard, and at most 2 stops or 20 minutes away), `under_way`, `always`, `code` or `never`.",
    )
    assignment_runs_keep_days: int = Field(
        90,
        ge=0,
        le=36500,
        description="Bulk runs that ended more than so many days ago are dropped, their assignments stay; 0 keeps all.",
    )
    offer_mode: Literal["direct", "one", "waves", "all"] = Field(
        "waves",
        description="How transporters are asked where a search does not say: `direct` (nobody is asked), `one` after "
        "the other, in `waves`, or `all` at once.",
    )
    offer_deadline_s: int = Field(
        30, ge=15, le=120, description="Time to answer an offer where a search does not say, seconds."
    )
    offer_waves: tuple[Annotated[int, Field(ge=1, le=300)], ...] = Field(
        (1, 3, 5),
        min_length=1,
        max_length=20,
        description="How many transporters each wave of a search asks, as JSON: `[1, 3, 5]`.",
    )
    offer_all_most: int = Field(100, ge=1, le=300, description="Transporters that are asked at once at most.")
    offer_stagger_s: float = Field(
        2.0,
        ge=0,
        le=5,
        description="Of a wave, the nearest third sees its offers at once, the next so many seconds later, the rest "
        "twice as much later.",
    )
    offer_moving_s: int = Field(
        10,
        ge=0,
        le=60,
        description="So much longer has a transporter to answer who moves faster than 15 km/h when it is asked, "
        "seconds.",
    )
    offer_soft_cap: int = Field(
        2, ge=1, le=100, description="Whoever has so many open offers is asked only where there is nobody else."
    )
    offer_exhausted: Literal["tell", "assign"] = Field(
        "tell",
        description="What a search does that finds nobody: `tell` dispatchers, or `assign` the delivery to the best.",
    )
    offer_unanswered_most: int = Field(
        3, ge=1, le=100, description="So many unanswered offers in a row put a transporter off duty."
    )
    rolling: bool = Field(
        False, description="Dispatch by itself what lies in no zone; zones say so each for itself (`rolling`)."
    )
    rolling_mode: Literal["direct", "one", "waves", "all"] = Field(
        "direct",
        description="How rolling dispatch gives where a zone does not say: `direct`, or by offers to `one` after the "
        "other, in `waves`, or to `all` at once.",
    )
    tick_s: int = Field(
        10, ge=2, le=180, description="Rolling dispatch plans so often where a zone does not say, seconds."
    )
    rolling_gain_min: float = Field(
        15.0,
        ge=1,
        le=120,
        description="Rolling dispatch takes an accepted delivery for somebody else only where it comes to its door so "
        "many minutes sooner.",
    )
    rolling_stay_points: float = Field(
        5.0,
        ge=0,
        le=100,
        description="Rolling dispatch takes a delivery that was not accepted for somebody else only where that scores "
        "so many points more.",
    )
    arriving_within_min: float = Field(
        5.0,
        ge=1,
        le=120,
        description="The event `delivery.arriving` tells that a parcel is expected at its door within so many minutes.",
    )
    break_most_min: int = Field(
        30, ge=1, le=720, description="Longest break of a transporter, minutes; after it, it is off duty."
    )
    decisions_keep_days: int = Field(
        400,
        ge=0,
        le=36500,
        description="What assignments were decided from is dropped after so many days, they stay; 0 keeps all.",
    )
    required_documents: Texts = Field(
        (),
        description='Kinds of documents without which no transporter is verified, as JSON: `["licence"]`.',
    )
    document_link_s: int = Field(
        300,
        ge=30,
        le=86400,
        description="For so long a link to a picture of a document is good, seconds.",
    )
    documents_keep_days: int = Field(
        90,
        ge=0,
        le=36500,
        description="So long the picture of a document is kept that was rejected, is over or stands for nothing any "
        "more, days.",
    )
    delivery_fee_base: Decimal = Field(
        Decimal("100.00"),
        ge=0,
        le=10**9,
        decimal_places=2,
        description="Fee of a delivery that names none, where its zone has no fees, NPR.",
    )
    delivery_fee_per_km: Decimal = Field(
        Decimal("0.00"),
        ge=0,
        le=10**9,
        decimal_places=2,
        description="What each km from pickup to drop-off adds to that, NPR.",
    )
    max_delivery_fee: Decimal = Field(Decimal("100000.00"), ge=0, le=10**9, description="Highest delivery fee, NPR.")
    max_package_value: Decimal = Field(
        Decimal("10000000.00"), ge=0, le=10**9, description="Highest value of a package, NPR."
    )
    nearby_max_km: float = Field(50.0, gt=0, le=500, description="Widest radius in which transporters are looked for.")
    handover_far_m: float = Field(
        1000.0,
        gt=0,
        description="A pickup or drop-off so far from its address, or from where the transporter was just seen, is "
        "flagged as implausible, metres.",
    )
    handover_old_fix_s: float = Field(
        120.0,
        gt=0,
        description="A pickup, drop-off or try at the door whose transporter's last position was older than this then "
        "is flagged, seconds.",
    )
    handover_refuse_fix_s: float | None = Field(
        None,
        gt=0,
        description="A pickup, drop-off or try at the door is refused where the transporter's last position is older "
        "than this, or nobody knows one, seconds. Default: none is.",
    )
    max_attempts: int = Field(
        3,
        ge=1,
        le=20,
        description="So often a parcel is tried at its door; then it returns to its seller.",
    )
    next_try_days: int = Field(14, ge=1, le=90, description="How far ahead the next try of a parcel may lie, days.")
    address_change_km: float = Field(
        5.0,
        gt=0,
        description="So far from the door before may a buyer or a seller let a parcel go that was not picked up, km. "
        "A dispatcher is not bound.",
    )
    handover_refuse_m: float | None = Field(
        None,
        gt=0,
        description="A pickup, drop-off or try at the door farther than this from its address, or of which nobody "
        "knows where it is, is refused, metres. Default: none is, they are flagged.",
    )
    proof_link_s: int = Field(
        900,
        ge=30,
        le=7 * 86400,
        description="For so long a link to a photo or signature that proves a handover is good, seconds.",
    )
    undo_s: float = Field(
        10.0,
        ge=0,
        le=60,
        description="So long a transporter may take back that it gave a delivery back, while nobody else has it, "
        "seconds; 0: not at all.",
    )
    step_max_age_h: float = Field(
        24.0,
        gt=0,
        le=24 * 30,
        description="A step that a phone tells later than this is flagged, and counts from when it was told, hours.",
    )
    service_area: Box = Field(
        None,
        description="Where parcels are carried, as JSON: `[south, west, north, east]` in degrees. Handovers outside "
        "are flagged. Default: everywhere.",
    )
