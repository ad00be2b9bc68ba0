// What a dispatcher's socket says, and how the page keeps it: times in milliseconds since 1970, by the server's clock.

export interface Point {
  lat: number;
  lon: number;
}

export interface TransporterFrame extends Point {
  id: number;
  recorded_at: string;
  speed_mps: number | null;
  heading_deg: number | null;
  /** Metres around its place. */
  accuracy_m: number | null;
  active: number;
  presence: "online" | "stale";
  battery: number | null;
}

export interface Profile {
  id: number;
  name: string;
  business_name: string;
  phone: string;
  vehicle_type: string;
  vehicle_number: string;
  capacity: number;
  max_active: number;
  rating: number;
}

export type Status = "available" | "assigned" | "picked_up" | "in_transit" | "delivered" | "cancelled";
export type Priority = "low" | "normal" | "high" | "urgent";

/** The newest attempt at the door, counted from 1. */
export interface AttemptFrame {
  number: number;
  reason: string;
  at: string;
}

/** When it is tried again, and who said so. */
export interface NextTryFrame {
  starts_at: string;
  ends_at: string | null;
  asked_by: "transporter" | "buyer" | "dispatcher";
}

/** A person lets it wait; `until` is null where somebody has to resume it, and may be over. */
export interface OnHoldFrame {
  since: string;
  until: string | null;
}

export interface DeliveryFrame {
  id: number;
  tracking_number: string;
  status: Status;
  transporter_id: number | null;
  pickup: Point | null;
  dropoff: Point | null;
  priority: Priority;
  /** A dispatcher chose who has it: what decides by itself leaves it there. */
  pinned: boolean;
  pickup_address: string;
  delivery_address: string;
  weight: number;
  created_at: string;
  pickup_from: string | null;
  due_at: string | null;
  assigned_at: string | null;
  picked_up_at: string | null;
  planned_at: string | null;
  expected_at: string | null;
  /** So many for others come before that; null where nobody knows. */
  stops_before: number | null;
  at_stop: "pickup" | "dropoff" | null;
  at_stop_since: string | null;
  on_hold: OnHoldFrame | null;
  attempt: AttemptFrame | null;
  next_try: NextTryFrame | null;
}

export interface FleetFrame {
  type: "fleet";
  reset: boolean;
  transporters: TransporterFrame[];
  gone: number[];
  deliveries: DeliveryFrame[];
  profiles: Profile[];
  server_time: string;
}

/** A bulk run that begins, has come further or has ended; the first two counts are null until there is a plan. */
export interface RunFrame {
  type: "run";
  id: number;
  kind: "assign" | "plan";
  plan_id: number | null;
  status: "running" | "done" | "failed" | "interrupted";
  asked_by: number | null;
  deliveries: number | null;
  planned: number | null;
  assigned: number;
  failed: number;
  left: number | null;
  started_at: string;
  ended_at: string | null;
  error: string;
}

/** A search for a courier that begins, asks its next wave, hears an answer or has ended. */
export interface SearchFrame {
  type: "search";
  id: number;
  delivery_id: number;
  status: "searching" | "assigned" | "exhausted" | "cancelled";
  wave: number;
  asked: number;
  open: number;
  declined: number;
}

/** A transporter as it was heard of last. */
export interface Courier extends Point {
  id: number;
  recorded_at: number;
  heading_deg: number | null;
  speed_mps: number | null;
  accuracy_m: number | null;
  active: number;
  /** `gone`: no longer online; kept while it has something aboard. */
  presence: "online" | "stale" | "gone";
  battery: number | null;
}

type Times = "created_at" | "pickup_from" | "due_at" | "assigned_at" | "picked_up_at" | "planned_at" | "expected_at" | "at_stop_since";

export interface Delivery extends Omit<DeliveryFrame, Times | "on_hold" | "attempt" | "next_try"> {
  created_at: number;
  pickup_from: number | null;
  due_at: number | null;
  assigned_at: number | null;
  picked_up_at: number | null;
  planned_at: number | null;
  expected_at: number | null;
  at_stop_since: number | null;
  on_hold: { since: number; until: number | null } | null;
  attempt: (Omit<AttemptFrame, "at"> & { at: number }) | null;
  next_try: (Omit<NextTryFrame, "starts_at" | "ends_at"> & { starts_at: number; ends_at: number | null }) | null;
}

const moment = (text: string | null): number | null => (text === null ? null : Date.parse(text));

export function deliveryOf(told: DeliveryFrame): Delivery {
  return {
    ...told,
    created_at: Date.parse(told.created_at),
    pickup_from: moment(told.pickup_from),
    due_at: moment(told.due_at),
    assigned_at: moment(told.assigned_at),
    picked_up_at: moment(told.picked_up_at),
    planned_at: moment(told.planned_at),
    expected_at: moment(told.expected_at),
    at_stop_since: moment(told.at_stop_since),
    on_hold: told.on_hold && { since: Date.parse(told.on_hold.since), until: moment(told.on_hold.until) },
    attempt: told.attempt && { ...told.attempt, at: Date.parse(told.attempt.at) },
    next_try: told.next_try && { ...told.next_try, starts_at: Date.parse(told.next_try.starts_at), ends_at: moment(told.next_try.ends_at) },
  };
}

export function courierOf(told: TransporterFrame): Courier {
  return { ...told, recorded_at: Date.parse(told.recorded_at) };
}

export const ABOARD: readonly Status[] = ["picked_up", "in_transit"];

export function aboard(delivery: Pick<Delivery, "status">): boolean {
  return ABOARD.includes(delivery.status);
}

export function underWay(delivery: Pick<Delivery, "status">): boolean {
  return delivery.status === "assigned" || aboard(delivery);
}

/** The order in which its courier comes to the doors; last what nobody knows a time of. */
export function inSequence(one: Delivery, other: Delivery): number {
  return (one.expected_at ?? Infinity) - (other.expected_at ?? Infinity) || (one.stops_before ?? 0) - (other.stops_before ?? 0) || one.id - other.id;
}

/** Whether a person lets it wait now: nobody ends a hold whose time is over. */
export function onHold({ status, on_hold }: Pick<Delivery, "status" | "on_hold">, now: number): boolean {
  return status === "available" && on_hold !== null && (on_hold.until ?? Infinity) > now;
}

export function over(delivery: Pick<Delivery, "status">): boolean {
  return delivery.status === "delivered" || delivery.status === "cancelled";
}
