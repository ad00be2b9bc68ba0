// Rooms that are loaded once somebody asks for them: who sells every day seldom prints many labels or chooses anew what is shown.
import type { ComponentType } from "preact";
import { Missing, useLate } from "../shared/late.tsx";
import type { Say } from "./speech.ts";

function later<Given extends { say: Say }>(load: () => Promise<ComponentType<Given>>): ComponentType<Given> {
  return function Later(given: Given) {
    const late = useLate(load, true);
    if (late.part !== null) return <late.part {...given} />;
    return late.failures > 0 ? <Missing late={late} text={given.say("room.missing")} say={given.say} /> : null;
  };
}

export const DeliveryForm = later(async () => (await import("./parcel/delivery_form.tsx")).DeliveryForm);
export const Figures = later(async () => (await import("./figures/figures.tsx")).Figures);
export const InvoiceRoom = later(async () => (await import("./invoice_room.tsx")).InvoiceRoom);
export const LabelsRoom = later(async () => (await import("./labels/labels_room.tsx")).LabelsRoom);
export const ObjectionsRoom = later(async () => (await import("./objections_room.tsx")).ObjectionsRoom);
export const Products = later(async () => (await import("./products.tsx")).Products);
export const ProofRoom = later(async () => (await import("./proof_room.tsx")).ProofRoom);
export const Setbacks = later(async () => (await import("./setbacks_room.tsx")).Setbacks);
export const TrackingRoom = later(async () => (await import("./tracking_room.tsx")).TrackingRoom);
