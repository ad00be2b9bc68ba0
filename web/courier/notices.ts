// What a frame of the server tells the courier in words.
import type { Action } from "./actions.ts";
import type { Job } from "./jobs.ts";
import type { ServerFrame } from "./ping_sender.ts";
import type { Notice } from "./work_state.ts";

const GIVEN_BACK = "given_back";
const NEWS = ["assignment", "withdrawal", "duty", "offer"] as const;
type News = Extract<ServerFrame, { type: (typeof NEWS)[number] }>;

/** Whether a courier should look up. */
export function isNews(frame: ServerFrame): frame is News {
  return NEWS.some((type) => type === frame.type);
}

/** What is said of it; null where the page shows it by itself, or the courier did it. */
export function noticeOf(frame: News, known: readonly Pick<Job, "id" | "delivery_address">[]): Notice | null {
  if (frame.type === "assignment") return { key: "notice.assigned", title: frame.delivery_address, delivery_id: frame.delivery_id };
  if (frame.type === "duty") return { key: frame.why === "break_over" ? "notice.break_over" : "notice.unanswered_offers", title: "", delivery_id: 0 };
  if (frame.type === "offer" || frame.reason === GIVEN_BACK) return null;
  const lost = known.find((job) => job.id === frame.delivery_id);
  return { key: "notice.withdrawn", title: lost?.delivery_address ?? `#${frame.delivery_id}`, delivery_id: frame.delivery_id };
}

/** Whether it still holds by what the server says since: another phone of this courier may have gone on meanwhile. */
export function stillHolds({ key, delivery_id }: Notice, known: readonly Pick<Job, "id" | "status">[], on_duty: boolean): boolean {
  const job = known.find((one) => one.id === delivery_id);
  if (key === "notice.assigned") return job?.status === "assigned";
  if (key === "notice.withdrawn") return job === undefined;
  return key !== "notice.unanswered_offers" || !on_duty;
}

/** What is said of what this phone did in one go; null of what the page shows by itself, as that a parcel was picked up or is gone. */
export function noticeOfDone(done: readonly Pick<Action, "kind" | "title" | "delivery_id">[], jobs: readonly Pick<Job, "id" | "delivery_fee">[]): Notice | null {
  const [first] = done;
  if (first === undefined || (first.kind !== "deliver" && first.kind !== "attempts")) return null;
  const told = { title: first.title, delivery_id: first.delivery_id, count: done.length };
  if (first.kind === "attempts") return { ...told, key: "notice.attempted", fee: null };
  const fees = done.map((one) => jobs.find(({ id }) => id === one.delivery_id)?.delivery_fee);
  const known = fees.filter((fee) => fee !== undefined);
  return { ...told, key: "notice.delivered", fee: known.length < fees.length ? null : known.reduce((sum, fee) => sum + fee, 0) };
}
