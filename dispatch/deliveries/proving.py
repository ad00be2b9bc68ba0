"""What a delivery requires as proof: written down when it is made, looked at when it changes hands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.code_messages import tell_code
from dispatch.deliveries.evidence import evidence_columns
from dispatch.deliveries.handover import SEEN_THEN, Handover, Point, drop_off_point, pickup_point
from dispatch.deliveries.models import Delivery, DeliveryStep
from dispatch.errors import Invalid
from dispatch.geo import beyond_words, great_circle_m
from dispatch.ports import Clock
from dispatch.proofs.chain import ProofChain
from dispatch.proofs.codes import DeliveryCodes
from dispatch.proofs.errors import CodeLocked, TooFar, Unproved
from dispatch.proofs.kinds import End, ProofKind, Proved, in_order
from dispatch.proofs.models import ProofRecord, kinds_of
from dispatch.proofs.required import Required, check_given
from dispatch.proofs.usual import UsualProofs
from dispatch.sales.models import Sale

COLUMNS: Final[Mapping[End, str]] = {
    End.PICKUP: "pickup_proof",
    End.DROP_OFF: "drop_off_proof",
    End.RETURN: "return_proof",
}


def required_of(delivery: Delivery) -> Required:
    """What a delivery requires; the contract's promise of a signature among it."""
    ends = {end: kinds_of(getattr(delivery, column)) for end, column in COLUMNS.items()}
    if delivery.requires_signature:
        ends[End.DROP_OFF] |= {ProofKind.SIGNATURE}
    return Required(ends, delivery.age_minimum)


def columns_of(required: Required) -> dict[str, Any]:
    """A new delivery's columns: whoever requires a signature by name promises it too."""
    columns: dict[str, Any] = {
        column: [kind.value for kind in in_order(set(required.at(end)))] for end, column in COLUMNS.items()
    }
    columns["age_minimum"] = required.age_minimum
    if ProofKind.SIGNATURE in required.at(End.DROP_OFF):
        columns["requires_signature"] = True
    return columns


@dataclass(frozen=True, slots=True)
class Refused:
    """What a shop lets nobody do, else it is only flagged. None: nothing.

    ``far_m``: farther from its address nothing changes hands or is tried; ``fix_s``: nor where the transporter's last
    position is older.
    """

    far_m: float | None = None
    fix_s: float | None = None


class Proving:
    """The proofs of one unit of work."""

    def __init__(self, work: Work, clock: Clock, codes: DeliveryCodes, chain: ProofChain, *, refused: Refused) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._refused = refused
        self._codes = codes
        self._usual = UsualProofs(work)
        self._chain = chain

    async def details_of(self, sale_id: int, details: Mapping[str, Any]) -> dict[str, Any]:
        """A new delivery's columns, with what is required of it: as it says, else as its seller usually does."""
        known = dict(details)
        wanted: Required = known.pop("proof", None) or Required()
        seller_id = await self._session.scalar(select(Sale.seller_id).where(Sale.id == sale_id))
        usual = Required() if seller_id is None else await self._usual.of(seller_id)
        try:
            return known | columns_of(wanted.over(usual))
        except Invalid as error:
            raise Invalid(error.detail, fields={f"proof.{name}": why for name, why in error.fields.items()}) from None

    async def begin(self, delivery: Delivery) -> None:
        """A delivery was made: its customer's code, where it requires one."""
        if ProofKind.CODE in kinds_of(delivery.drop_off_proof):
            await self._codes.make(delivery.id)

    async def check(self, delivery: Delivery, end: End, handover: Handover) -> None:
        """Whether all that is required came. Nothing may have been changed before: a wrong code is counted for good.

        Raises Invalid, Unproved and CodeLocked.
        """
        self.check_place(delivery, end, handover)
        required = kinds_of(getattr(delivery, COLUMNS[end]))
        if end is not End.PICKUP and delivery.requires_signature and not required and handover.signature is None:
            raise Invalid(
                "This delivery needs a signature.",
                code="signature_required",
                fields={"signature": "is required: the delivery was promised to be signed for"},
            )
        code = await self._codes.find(delivery.id) if ProofKind.CODE in required else None
        if code is not None and code.waived_at is not None:
            required -= {ProofKind.CODE}
        labels = (delivery.tracking_number, delivery.label or "")  # a return's label is the number on the parcel
        check_given(required, handover, labels=labels, photo_field=_photo_field(end))
        if ProofKind.CODE in required:
            status = delivery.status.value
            try:
                await self._codes.check(delivery.id, handover.code)
            except CodeLocked as locked:
                locked.extra["delivery_status"] = status
                raise

    def check_place(self, delivery: Delivery, end: End, handover: Handover) -> None:
        """Where the shop wants it: whether it is near enough to its address, and its transporter was seen lately.

        An address that nobody knows the point of refuses nothing, and neither does a position that was not heard of at
        the time of what a phone without network tells later: that phone is heard again only now. Raises Unproved where
        nobody knows where it is, or where its transporter's last position is too old, and TooFar.
        """
        now = self._clock.now()
        at = handover.happened_at or now
        address, most_m = pickup_point(delivery) if end is End.PICKUP else drop_off_point(delivery), self._refused.far_m
        if most_m is not None and address is not None:
            self._check_distance(delivery, address, handover.point_at(at), most_m)
        most_s, age_s = self._refused.fix_s, handover.fix_age_s(at)
        is_late = now - at > SEEN_THEN
        if most_s is not None and not is_late and (age_s is None or age_s > most_s):
            raise Unproved(
                f"Nothing bears out where this is: the last position has to be at most {most_s:.0f} s old. Let the "
                "phone send one, and do it again.",
                code="fix_too_old",
                fields={"latitude": "is borne out by no position"},
                fix_age_s=age_s,
                most_s=most_s,
                delivery_status=delivery.status.value,
            )

    def _check_distance(self, delivery: Delivery, address: Point, here: Point | None, most_m: float) -> None:
        if here is None:
            told = dict.fromkeys(("latitude", "longitude"), "is required: nobody knows where this is")
            raise Unproved("Where this is must be said.", code="place_required", fields=told, most_m=most_m)
        away_m = round(great_circle_m(*here, *address), 1)
        if away_m > most_m:
            told = dict.fromkeys(("latitude", "longitude"), "is too far from the address")
            away, most = beyond_words(away_m, most_m)
            detail = f"This is {away} from the address; at most {most} are taken."
            stands = delivery.status.value
            raise TooFar(detail, fields=told, distance_m=away_m, most_m=most_m, delivery_status=stands)

    async def record(self, delivery: Delivery, end: End, handover: Handover, step: DeliveryStep) -> None:
        """Write down for good what proved a step, as the last that is done for it."""
        at_pickup = end is End.PICKUP
        record = _record_of(Proved(end.value), delivery, handover, step)
        record.photo = delivery.pickup_photo if at_pickup else delivery.delivery_photo
        record.signature = delivery.pickup_signature if at_pickup else delivery.signature
        await self._add(delivery, record, step)
        if at_pickup and (code := await self._codes.find(delivery.id)) is not None:
            await tell_code(self._work, delivery, code, step.noticed_at)

    async def record_attempt(
        self, delivery: Delivery, attempt: DeliveryAttempt, handover: Handover, step: DeliveryStep
    ) -> None:
        """The same of an attempt: photo, reason, place and times."""
        record = _record_of(Proved.ATTEMPT, delivery, handover, step)
        record.photo, record.attempt, record.reason = attempt.photo, attempt.number, attempt.reason.value
        await self._add(delivery, record, step)

    async def _add(self, delivery: Delivery, record: ProofRecord, step: DeliveryStep) -> None:
        await self._session.flush()  # the step's number
        record.step_id = step.id
        delivery.proof_count += 1
        await self._chain.add(record)


def _record_of(proved: Proved, delivery: Delivery, handover: Handover, step: DeliveryStep) -> ProofRecord:
    """A record but for the names of its files and its step's number."""
    return ProofRecord(
        delivery_id=delivery.id,
        end=proved,
        transporter_id=delivery.transporter_id,
        checked=[str(kind) for kind in _checked(delivery, handover)],
        flags=list(step.flags),
        happened_at=step.timestamp,
        noticed_at=step.noticed_at,
        **evidence_columns(delivery, handover, step.timestamp, at_pickup=proved is Proved.PICKUP),
    )


def _photo_field(end: End) -> str:
    return "pickup_photo" if end is End.PICKUP else "delivery_photo"


def _checked(delivery: Delivery, handover: Handover) -> list[ProofKind]:
    """What was found right that leaves no picture."""
    found = {
        ProofKind.CODE: bool(handover.code) and ProofKind.CODE in kinds_of(delivery.drop_off_proof),
        ProofKind.BARCODE: bool(handover.scanned),
        ProofKind.AGE: handover.age_checked,
    }
    return [kind for kind, there in found.items() if there]
