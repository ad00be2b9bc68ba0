import { expect, test } from "vitest";
import { Actions } from "./actions.ts";
import type { BulkResults, Relieved, Why } from "./calls.ts";
import { Changes } from "./changes.ts";
import { delivery } from "../testing/console_frames.ts";

const WHY: Why = { reason: "breakdown", note: "flat tyre" };
const changed = (delivery_id: number, some: Partial<BulkResults["changed"][number]> = {}): BulkResults["changed"][number] => ({
  delivery_id, delivery_uuid: "u", tracking_number: `TRK${delivery_id}`, status: "assigned", priority: "normal", transporter_id: 2, pinned: false, ...some,
});

function desk(answers: { bulk?: BulkResults; relieved?: Relieved; fails?: (said: string) => boolean } = {}) {
  const done: string[] = [];
  const answered: string[] = [];
  const priorities: string[] = [];
  const say = <Answer>(said: string, answer: unknown = {}): Promise<Answer> => {
    done.push(said);
    return answers.fails?.(said) === true ? Promise.reject(new Error(said)) : Promise.resolve(answer as Answer);
  };
  const calls = {
    give: (one: number, to: number) => say<never>(`give ${one} ${to}`, { estimated_delivery_time: null }),
    takeBack: (one: number, from: number) => say<never>(`back ${one} ${from}`),
    reassign: (one: number, from: number, to: number | null, why: Why) => say<never>(`reassign ${one} ${from} ${to} ${why.reason}`, { estimated_delivery_time: null, assigned_transporter: { id: to ?? 9, name: "Sita" } }),
    transfer: (one: number, from: number, to: number) => say<never>(`transfer ${one} ${from} ${to}`, { estimated_delivery_time: null, assigned_transporter: { id: to, name: "Sita" } }),
    relieve: (courier: number) => say<Relieved>(`relieve ${courier}`, answers.relieved),
    cancel: (one: number, reason: string) => say<never>(`cancel ${one} ${reason}`),
    setPriority: (one: number, priority: string, before: string) => say<never>(`priority ${one} ${priority} ${before}`),
    hold: (one: number, reason: string, until: number | null) => say<never>(`hold ${one} ${reason} ${until}`),
    resume: (one: number) => say<never>(`resume ${one}`),
    tryAgain: (one: number, starts_at: number, ends_at: number) => say<never>(`try ${one} ${starts_at} ${ends_at}`),
    changeMany: (all: readonly number[]) => say<BulkResults>(`many ${all.join()}`, answers.bulk),
  };
  const actions = new Actions(calls, () => 0, () => undefined, (one, courier) => answered.push(`${one} ${courier}`));
  return { actions, answered, done, priorities, changes: new Changes(calls, actions, (one, priority) => priorities.push(`${one} ${priority}`)) };
}

const given = delivery(7, { status: "assigned", transporter_id: 1 });

test("what goes to the best of the others comes back from whoever that was", async () => {
  const { changes, actions, done, answered } = desk();
  await changes.reassign(given, null, WHY);
  expect([actions.notice?.key, actions.notice?.values]).toEqual(["reassign.done", { number: "TRK7", name: "Sita" }]);
  await actions.undo();
  expect(done).toEqual(["reassign 7 1 null breakdown", "reassign 7 9 1 mistake"]);
  expect(answered).toEqual(["7 9", "7 1"]);
});

test("a parcel that is aboard is handed on, and back", async () => {
  const { changes, actions, done } = desk();
  await changes.reassign(delivery(7, { status: "picked_up", transporter_id: 1 }), 3, WHY);
  await actions.undo();
  expect(done).toEqual(["transfer 7 1 3", "transfer 7 3 1"]);
});

test("a priority is seen at once, and goes back to what it was", async () => {
  const { changes, actions, done, priorities } = desk();
  await changes.setPriority(given, "urgent");
  await changes.setPriority(given, "normal");
  await actions.undo();
  expect(done).toEqual(["priority 7 urgent normal", "priority 7 normal urgent"]);
  expect(priorities).toEqual(["7 urgent", "7 normal"]);
});

test("what was cancelled has no way back, and none is offered", async () => {
  const { changes, actions } = desk();
  await changes.cancel(given, "duplicate", "");
  expect([actions.notice?.key, actions.notice?.undo]).toEqual(["cancel.done", null]);
});

test("a courier that was relieved gets all of it back, unless it is off duty", async () => {
  const relieved: Relieved = {
    transporter_id: 1, moved: [{ delivery_id: 7, tracking_number: "TRK7", transporter_id: 2, transporter: "Sita" }], waiting: [changed(8, { transporter_id: null })], failures: [], aboard: [],
  };
  const { changes, actions, done } = desk({ relieved });
  await changes.relieve(1, "Ram", { ...WHY, transporter_id: null, best: true, off_duty: true });
  expect(actions.notice?.undo).toBeNull();
  await changes.relieve(1, "Ram", { ...WHY, transporter_id: null, best: true, off_duty: false });
  await actions.undo();
  expect(done.slice(2)).toEqual(["reassign 7 2 1 mistake", "give 8 1"]);
});

test("of many each is undone by its own inverse; one that cannot be hides none of the others", async () => {
  const bulk: BulkResults = { successful: 2, failed: 1, changed: [changed(7), changed(8)], failures: [{ delivery_id: 9, code: "parcel_aboard", error: "aboard", reason: null }] };
  const { changes, actions, done } = desk({ bulk, fails: (said) => said.startsWith("reassign 7") });
  const all = [given, delivery(8, { status: "assigned", transporter_id: 3 }), delivery(9, { status: "picked_up", transporter_id: 4 })];
  expect(await changes.changeMany(all, { operation: "reassign", ...WHY, transporter_id: 2 })).toBe(bulk);
  expect([actions.notice?.key, actions.notice?.values]).toEqual(["bulk.done.partly", { count: 2, failed: 1 }]);
  await actions.undo();
  expect(done).toEqual(["many 7,8,9", "reassign 7 2 1 mistake", "reassign 8 2 3 mistake"]);
  expect([actions.notice?.key, actions.notice?.values]).toEqual(["undo.partly", { count: 1, failed: 1 }]);
});

test("many that were cancelled cannot be undone; those of another priority go back to their own", async () => {
  const bulk: BulkResults = { successful: 1, failed: 0, changed: [changed(7, { priority: "urgent" })], failures: [] };
  const { changes, actions, done, priorities } = desk({ bulk });
  await changes.changeMany([given], { operation: "cancel", cancel_reason: "other", note: "" });
  expect(actions.notice?.undo).toBeNull();
  await changes.changeMany([given], { operation: "change_priority", priority: "urgent" });
  expect(priorities).toEqual(["7 urgent"]);
  await actions.undo();
  expect(done.at(-1)).toBe("priority 7 normal urgent");
});

test("what is put on hold is resumed by undoing it, and what is resumed is held again for the same reason and as long", async () => {
  const { changes, actions, done } = desk();
  await changes.hold(given, { reason: "shop closed", until: 5_000 });
  expect(actions.notice?.key).toBe("hold.done");
  await actions.undo();
  await changes.resume(given, { reason: "shop closed", until: null });
  await actions.undo();
  expect(done).toEqual(["hold 7 shop closed 5000", "resume 7", "resume 7", "hold 7 shop closed null"]);
  await changes.resume(given, null);
  expect(actions.notice?.undo).toBeNull();
});

test("another time at the door goes back to the one that was agreed before, and where none was there is no way back", async () => {
  const { changes, actions, done } = desk();
  await changes.tryAgain({ ...given, next_try: { starts_at: 1, ends_at: 2, asked_by: "buyer" } }, 8, 9);
  await actions.undo();
  expect(done).toEqual(["try 7 8 9", "try 7 1 2"]);
  await changes.tryAgain(given, 8, 9);
  expect(actions.notice?.undo).toBeNull();
});

test("only what gave a parcel to somebody says that it can be taken back later", async () => {
  const { changes, actions } = desk();
  await changes.hold(given, { reason: "shop closed", until: null });
  expect(actions.notice?.later).toBe(false);
  await actions.give({ delivery: 7, number: "TRK7", courier: 1, name: "Ram" });
  expect(actions.notice?.later).toBe(true);
});
