// Everything that the socket has told, kept as it is now. A new picture replaces the old one without a blank in between.
import { Answers } from "./answers.ts";
import { type Courier, type Delivery, type DeliveryFrame, type FleetFrame, type Priority, type Profile, aboard, courierOf, deliveryOf, inSequence, over, underWay } from "./frames.ts";

// A large fleet comes in several frames; what a new picture does not name within this time is no longer there.
const PICTURE_WITHIN_MS = 3_000;

/** What a frame changed, for whoever draws it. */
export interface Change {
  /** When the server said it, by its clock. */
  at: number;
  couriers: readonly Courier[];
  gone: readonly number[];
  deliveries: boolean;
}

export class Board {
  readonly deliveries = new Map<number, Delivery>();
  readonly couriers = new Map<number, Courier>();
  readonly profiles = new Map<number, Profile>();
  /** False until the first frame. */
  known = false;
  /** How many whole pictures came: the first, and one after each gap. */
  pictures = 0;
  #pictureAt: number | null = null;
  readonly #answers = new Answers();
  readonly #had = new Map<number, { courier: number; until: number }>();
  #serverTime = 0;
  readonly #unconfirmed = { couriers: new Set<number>(), deliveries: new Set<number>() };

  /** `now` is a steady clock of the page. */
  take(frame: FleetFrame, now: number): Change {
    this.known = true;
    this.#serverTime = Date.parse(frame.server_time);
    if (frame.reset) {
      this.#pictureAt = now;
      this.pictures += 1;
      this.#unconfirmed.couriers = new Set(this.couriers.keys());
      this.#unconfirmed.deliveries = new Set(this.deliveries.keys());
    }
    for (const profile of frame.profiles) this.profiles.set(profile.id, profile);
    for (const told of frame.deliveries) {
      this.#unconfirmed.deliveries.delete(told.id);
      if (!this.#answers.holdBack(told, this.deliveries.get(told.id), now)) this.#tell(told);
    }
    const moved = frame.transporters.map(courierOf);
    for (const courier of moved) {
      this.#unconfirmed.couriers.delete(courier.id);
      this.couriers.set(courier.id, courier);
    }
    const gone = frame.gone.flatMap((id) => this.#leave(id));
    return { at: this.#serverTime, couriers: moved, gone, deliveries: frame.deliveries.length > 0 || frame.reset };
  }

  /**
   * The server answered an act of this page: who has the parcel now, null where it waits again, and when it is expected, null where the
   * answer does not say. Frames come later than answers.
   */
  answered(delivery_id: number, courier_id: number | null, now: number, expected_at: number | null = null): void {
    const before = this.deliveries.get(delivery_id);
    if (before === undefined || (before.transporter_id === courier_id && underWay(before) === (courier_id !== null))) return;
    this.#answers.note(before, now);
    if (courier_id === null) this.#noteHad(before);
    const status = courier_id === null ? "available" : aboard(before) ? before.status : "assigned"; // what is aboard is handed on
    // What was expected was expected of somebody else.
    this.deliveries.set(delivery_id, { ...before, status, transporter_id: courier_id, assigned_at: courier_id === null ? null : this.#serverTime, expected_at });
  }

  /** The same of how urgent it is. */
  prioritised(delivery_id: number, priority: Priority): void {
    const known = this.deliveries.get(delivery_id);
    if (known !== undefined) this.deliveries.set(delivery_id, { ...known, priority });
  }

  /** Let go of what a new picture no longer shows; the couriers that are to be taken off the map. */
  sweep(now: number): number[] {
    for (const told of this.#answers.late(now)) this.#tell(told);
    if (this.#pictureAt === null || now - this.#pictureAt < PICTURE_WITHIN_MS) return [];
    this.#pictureAt = null;
    for (const id of this.#unconfirmed.deliveries) this.deliveries.delete(id);
    const gone = [...this.#unconfirmed.couriers].flatMap((id) => this.#leave(id));
    this.#unconfirmed.couriers.clear();
    this.#unconfirmed.deliveries.clear();
    return gone;
  }

  /** Who has it, by name; null while it is not known. */
  nameOf(courier_id: number | null): string | null {
    return courier_id === null ? null : (this.profiles.get(courier_id)?.name ?? null);
  }

  /** What a courier has under way, in the order in which it is expected. */
  tourOf(courier_id: number): Delivery[] {
    return [...this.deliveries.values()]
      .filter((one) => one.transporter_id === courier_id && underWay(one))
      .sort(inSequence);
  }

  /** Who had what waits now, as far as this page saw it lose somebody. */
  hadBy(delivery_id: number): { courier: number; until: number } | null {
    return this.#had.get(delivery_id) ?? null;
  }

  #tell(told: DeliveryFrame): void {
    const before = this.deliveries.get(told.id);
    if (told.status === "available" && before !== undefined) this.#noteHad(before);
    if (over(told)) {
      this.deliveries.delete(told.id);
      this.#had.delete(told.id);
    } else this.deliveries.set(told.id, deliveryOf(told));
  }

  #noteHad(before: Delivery): void {
    if (before.transporter_id !== null) this.#had.set(before.id, { courier: before.transporter_id, until: this.#serverTime });
  }

  /** Who has parcels is kept as silent, so that they are not forgotten; everybody else leaves. */
  #leave(id: number): number[] {
    const courier = this.couriers.get(id);
    if (courier === undefined) return [];
    if (this.tourOf(id).length > 0) {
      this.couriers.set(id, { ...courier, presence: "gone" });
      return [];
    }
    this.couriers.delete(id);
    return [id];
  }
}
