// Rooms that are loaded once somebody asks for them: who looks after the shop opens few of them on a day.
import type { ComponentType } from "preact";
import { Missing, useLate } from "../shared/late.tsx";
import type { Given } from "./given.ts";

function later(load: () => Promise<ComponentType<Given>>): ComponentType<Given> {
  return function Later(given: Given) {
    const late = useLate(load, true);
    if (late.part !== null) return <late.part {...given} />;
    return late.failures > 0 ? <Missing late={late} text={given.say("room.missing")} say={given.say} /> : null;
  };
}

const money = () => import("./money_rooms.tsx");
const partners = () => import("./partner_rooms.tsx");

export const ApiKeys = later(async () => (await partners()).ApiKeys);
export const Audit = later(async () => (await import("./audit.tsx")).Audit);
export const DeadLetters = later(async () => (await import("./dead_letters.tsx")).DeadLetters);
export const HeldPayments = later(async () => (await money()).HeldPayments);
export const OrderRoom = later(async () => (await import("./order_room.tsx")).OrderRoom);
export const RefundList = later(async () => (await money()).RefundList);
export const Reviews = later(async () => (await money()).Reviews);
export const Transporters = later(async () => (await import("./people_rooms.tsx")).Transporters);
export const Users = later(async () => (await import("./accounts/accounts_room.tsx")).Users);
export const Webhooks = later(async () => (await partners()).Webhooks);
