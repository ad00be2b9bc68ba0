// What the console asks of the API.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { saveFile } from "../shared/saving.ts";
import type { Priority } from "./frames.ts";
import type { Seen } from "./trail.ts";

type Schemas = components["schemas"];
export type Candidates = Schemas["CandidatesAnswer"];
export type Candidate = Schemas["CandidateAnswer"];
export type Excluded = Schemas["ExcludedAnswer"];
export type Details = Schemas["DetailedDelivery"];
export type RefusedProof = Schemas["RefusedProof"];
export type Hand = Schemas["Hand"];
/** What a run did. */
export type Plan = Schemas["OperationResults"];
export type AssignmentPlan = Schemas["PlanAnswer"];
export type PlannedPair = Schemas["PlannedPairAnswer"];
export type PlanRequest = Pick<Schemas["NewPlan"], "locked" | "forbidden" | "weights"> & Partial<Pick<Schemas["NewPlan"], "delivery_ids">>;
export type Decision = Schemas["DecisionAnswer"];
export type Considered = Schemas["ConsideredAnswer"];
export type WhyNot = Schemas["WhyNotAnswer"];
export type Moved = Schemas["MovedAnswer"];
export type Relieved = Schemas["RelievedAnswer"];
export type BulkResults = Schemas["BulkChangeResults"];
export type NewSearch = Schemas["NewSearch"];
export type CancelReason = Schemas["CancelReason"];
export type Run = Schemas["RunAnswer"];
export type Searches = Schemas["DeliverySearches"];
export type SearchAnswer = Schemas["SearchAnswer"];
export type AskedOffer = Schemas["AskedOffer"];
export type TakeBackReason = Schemas["TakenBack"];

/** Why, as a word and in the dispatcher's own. */
export interface Why {
  reason: TakeBackReason;
  note: string;
}

/** What becomes of all that a courier has not picked up: one has it, or the best have it, or it waits. */
export interface Relief extends Why {
  transporter_id: number | null;
  best: boolean;
  off_duty: boolean;
}

export type BulkChange =
  | { operation: "unassign"; reason: TakeBackReason; note: string }
  | { operation: "reassign"; reason: TakeBackReason; note: string; transporter_id: number | null }
  | { operation: "cancel"; cancel_reason: CancelReason; note: string }
  | { operation: "change_priority"; priority: Priority };

/** Of one request. */
export const MOST_CHANGED = 500;
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];
export const CANCEL_REASONS: readonly CancelReason[] = ["customer_asked", "seller_asked", "out_of_stock", "wrong_address", "duplicate", "undeliverable", "other"];
export const REASONS: readonly TakeBackReason[] = ["mistake", "breakdown", "too_late", "transporter_asked", "better_choice", "other"];
/** A plan for 10,000 takes its time, and each parcel of a commit a moment; longer means that nobody works on it. */
const PLAN_PATIENCE_S = 120;
const COMMIT_PATIENCE_S = 900;
/** So long is where a courier has been looked at. */
export const TRACK_MS = 15 * 60_000;
const PAGE = 100;
/** So many of the best are looked at: whoever would be at the door first may be far from the best score. */
const RANKED = 100;

export class Calls {
  constructor(readonly client: Client) {}

  /** All of them: there are 500 at most. */
  async zones(): Promise<Schemas["ZoneAnswer"][]> {
    const zones: Schemas["ZoneAnswer"][] = [];
    for (let page = 1; ; page += 1) {
      const found = await this.client.call<Schemas["PageOfZoneAnswer"]>(`/api/zones/?page=${page}&page_size=${PAGE}`);
      zones.push(...found.results);
      if (found.next === null) return zones;
    }
  }

  candidates(delivery: number): Promise<Candidates> {
    return this.client.call(`/api/deliveries/${delivery}/candidates/?top_k=${RANKED}`);
  }

  details(delivery: number): Promise<Details> {
    return this.client.call(`/api/deliveries/${delivery}/`);
  }

  /** Through whose hands it went, and who or what decided it. */
  async hands(delivery: number): Promise<Hand[]> {
    return (await this.client.call<Schemas["AssignmentHistory"]>(`/api/deliveries/${delivery}/assignments/`)).hands;
  }

  /** What was sent with steps that came too late. */
  async refusedProofs(delivery: number): Promise<readonly RefusedProof[]> {
    return (await this.client.call<Schemas["ProofOfDelivery"]>(`/api/deliveries/${delivery}/proof/`)).refused ?? [];
  }

  /** When it is tried again. */
  tryAgain(delivery: number, starts_at: number, ends_at: number): Promise<Schemas["RescheduledAnswer"]> {
    const body = { starts_at: new Date(starts_at).toISOString(), ends_at: new Date(ends_at).toISOString() };
    return this.client.call(`/api/deliveries/${delivery}/reschedule/`, { method: "POST", body });
  }

  changeAddress(delivery: number, body: Record<string, unknown>): Promise<Schemas["DoorAnswer"]> {
    return this.client.call(`/api/deliveries/${delivery}/address/`, { method: "POST", body });
  }

  /** Nobody is given it until then, or until it is resumed. */
  hold(delivery: number, reason: string, until: number | null): Promise<Schemas["OnHoldState"]> {
    const body = { reason, until: until === null ? null : new Date(until).toISOString() };
    return this.client.call(`/api/deliveries/${delivery}/hold/`, { method: "POST", body });
  }

  resume(delivery: number): Promise<Schemas["OnHoldState"]> {
    return this.client.call(`/api/deliveries/${delivery}/resume/`, { method: "POST" });
  }

  changeCode(delivery: number, act: "reset" | "waive", reason: string): Promise<Schemas["CodeState"]> {
    return this.client.call(`/api/deliveries/${delivery}/code/${act}/`, { method: "POST", body: { reason } });
  }

  give(delivery: number, courier: number, reason = ""): Promise<Schemas["GivenAnswer"]> {
    return this.#post(`/api/deliveries/${delivery}/assign/`, { transporter_id: courier, override_reason: reason });
  }

  searches(delivery: number): Promise<Searches> {
    return this.client.call(`/api/deliveries/${delivery}/offers/`);
  }

  /** Asks couriers; what is not said is as the settings say. */
  ask(delivery: number, how: Partial<NewSearch>): Promise<Searches> {
    return this.#post(`/api/deliveries/${delivery}/offers/`, how);
  }

  stopAsking(delivery: number): Promise<Searches> {
    return this.client.call(`/api/deliveries/${delivery}/offers/withdraw/`, { method: "POST" });
  }

  takeBack(delivery: number, courier: number, reason: TakeBackReason, note: string): Promise<Schemas["TakenBackAnswer"]> {
    return this.#post(`/api/deliveries/${delivery}/unassign/`, { reason, note, transporter_id: courier });
  }

  /** To another one before the pickup; null: to the best of all others. */
  reassign(delivery: number, from: number, to: number | null, why: Why): Promise<Moved> {
    return this.#post(`/api/deliveries/${delivery}/reassign/`, { ...why, transporter_id: to, taken_from: from });
  }

  /** A parcel that is aboard goes on with another one. */
  transfer(delivery: number, from: number, to: number, why: Why): Promise<Moved> {
    return this.#post(`/api/deliveries/${delivery}/transfer/`, { ...why, transporter_id: to, taken_from: from });
  }

  relieve(courier: number, how: Relief): Promise<Relieved> {
    return this.#post(`/api/transporters/${courier}/relieve/`, how);
  }

  cancel(delivery: number, reason: CancelReason, note: string): Promise<Schemas["ChangedDelivery"]> {
    return this.#post(`/api/deliveries/${delivery}/cancel/`, { reason, note });
  }

  /** It does not arrive: it goes back to its seller, or was lost or damaged. */
  end(delivery: number, act: "return" | "loss", body: object): Promise<unknown> {
    return this.#post(`/api/deliveries/${delivery}/${act}/`, body);
  }

  /** What would go back to its buyer were it lost now, in rupees. */
  outlook(delivery: number): Promise<Schemas["LossOutlook"]> {
    return this.client.call(`/api/deliveries/${delivery}/loss/`);
  }

  setPriority(delivery: number, priority: Priority, changed_from: Priority): Promise<Schemas["PriorityAnswer"]> {
    return this.#post(`/api/deliveries/${delivery}/priority/`, { priority, changed_from });
  }

  /** One change to each of these, at most 500; what stands against one is told and changes nothing for the others. */
  async changeMany(deliveries: readonly number[], change: BulkChange): Promise<BulkResults> {
    const { operation, ...parameters } = change;
    const body = { operation, delivery_ids: deliveries, parameters };
    return (await this.#post<Schemas["BulkChangeAnswer"]>("/api/deliveries/bulk-operations/", body)).results;
  }

  /** Why a delivery went to whom it went. `at`: the decision that stood then; `courier`: why not that one. */
  decision(delivery: number, at: string | null, courier: number | null): Promise<Decision> {
    const query = new URLSearchParams({ ...(at !== null && { at }), ...(courier !== null && { transporter: String(courier) }) });
    return this.client.call(`/api/deliveries/${delivery}/decision/?${query.toString()}`);
  }

  /** Everybody who was online at a decision, as a file. */
  saveDecision(delivery: number, at: string): Promise<void> {
    const query = new URLSearchParams({ at });
    return saveFile(this.client, `/api/deliveries/${delivery}/decision/export.json?${query.toString()}`, `decision-${delivery}.json`);
  }

  /** A plan, which gives nothing yet. */
  makePlan(wanted: PlanRequest): Promise<AssignmentPlan> {
    return this.#post("/api/assignment-plans/", wanted, PLAN_PATIENCE_S);
  }

  plan(id: number): Promise<AssignmentPlan> {
    return this.client.call(`/api/assignment-plans/${id}/`);
  }

  commitPlan(id: number): Promise<AssignmentPlan> {
    return this.#post(`/api/assignment-plans/${id}/commit/`, undefined, COMMIT_PATIENCE_S);
  }

  run(id: number): Promise<Run> {
    return this.client.call(`/api/assignment-runs/${id}/`);
  }

  /** Where a courier was in the last quarter of an hour; of a long way the newest part. */
  async track(courier: number, now: number): Promise<Seen[]> {
    const from = encodeURIComponent(new Date(now - TRACK_MS).toISOString());
    const path = `/api/transporters/${courier}/positions/?from=${from}&page_size=${PAGE}`;
    let page = await this.client.call<Schemas["PageOfFixAnswer"]>(path);
    const last = Math.ceil(page.count / PAGE);
    if (last > 1) page = await this.client.call(`${path}&page=${last}`);
    return page.results.map(({ lat, lon, recorded_at }) => ({ lat, lon, at: Date.parse(recorded_at) }));
  }

  /** A repeat of one and the same request does nothing twice. */
  #post<Answer>(path: string, body: object | undefined, patience_s?: number): Promise<Answer> {
    return this.client.call(path, { method: "POST", idempotencyKey: newKey(), ...(patience_s !== undefined && { patience_s }), ...(body !== undefined && { body }) });
  }
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
