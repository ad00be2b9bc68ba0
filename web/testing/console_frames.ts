// Frames for tests, with everything that a frame has.
import { type Courier, type Delivery, type DeliveryFrame, type FleetFrame, type TransporterFrame, courierOf, deliveryOf } from "../console/frames.ts";

export function frame(some: Partial<FleetFrame>): FleetFrame {
  return { type: "fleet", reset: false, transporters: [], gone: [], deliveries: [], profiles: [], server_time: "2026-11-28T10:00:00.000Z", ...some };
}

export function toldTransporter(id: number, some: Partial<TransporterFrame> = {}): TransporterFrame {
  const plain = { recorded_at: "2026-11-28T10:00:00Z", speed_mps: null, heading_deg: null, accuracy_m: null, active: 0, battery: null };
  return { id, lat: 27.7, lon: 85.3, presence: "online", ...plain, ...some };
}

export function toldDelivery(id: number, some: Partial<DeliveryFrame> = {}): DeliveryFrame {
  return {
    id,
    tracking_number: `TRK${id}`,
    status: "available",
    transporter_id: null,
    pickup: { lat: 27.7, lon: 85.3 },
    dropoff: { lat: 27.71, lon: 85.31 },
    priority: "normal",
    pinned: false,
    pickup_address: "Thamel, Kathmandu",
    delivery_address: "Patan Dhoka, Lalitpur",
    weight: 2.5,
    created_at: "2026-11-28T10:00:00Z",
    pickup_from: null,
    due_at: null,
    assigned_at: null,
    picked_up_at: null,
    planned_at: null,
    expected_at: null,
    stops_before: null,
    at_stop: null,
    at_stop_since: null,
    on_hold: null,
    attempt: null,
    next_try: null,
    ...some,
  };
}

export const delivery = (id: number, some: Partial<DeliveryFrame> = {}): Delivery => deliveryOf(toldDelivery(id, some));
export const courier = (id: number, some: Partial<TransporterFrame> = {}): Courier => courierOf(toldTransporter(id, some));
