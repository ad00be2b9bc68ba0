// What the console asks of the API.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import type { Point } from "./frames.ts";

type Schemas = components["schemas"];
export type Candidates = Schemas["CandidatesAnswer"];
export type Candidate = Schemas["CandidateAnswer"];
export type Excluded = Schemas["ExcludedAnswer"];
export type Details = Schemas["DetailedDelivery"];
export type Plan = Schemas["OperationResults"];
export type Run = Schemas["RunAnswer"];
export type Searches = Schemas["DeliverySearches"];
export type AskedOffer = Schemas["AskedOffer"];
export type TakeBackReason = Schemas["TakenBack"];

export const REASONS: readonly TakeBackReason[] = ["mistake", "breakdown", "too_late", "transporter_asked", "better_choice", "other"];
const TRACK_MS = 15 * 60_000;
const TRACK_PAGE = 100;

export class Calls {
  constructor(private readonly client: Client) {}

  candidates(delivery: number): Promise<Candidates> {
    return this.client.call(`/api/deliveries/${delivery}/candidates/?top_k=10`);
  }

  details(delivery: number): Promise<Details> {
    return this.client.call(`/api/deliveries/${delivery}/`);
  }

  give(delivery: number, courier: number, reason = ""): Promise<Schemas["GivenAnswer"]> {
    return this.#post(`/api/deliveries/${delivery}/assign/`, { transporter_id: courier, override_reason: reason });
  }

  searches(delivery: number): Promise<Searches> {
    return this.client.call(`/api/deliveries/${delivery}/offers/`);
  }

  /** Asks couriers, as the settings say how. */
  ask(delivery: number): Promise<Searches> {
    return this.#post(`/api/deliveries/${delivery}/offers/`, {});
  }

  stopAsking(delivery: number): Promise<Searches> {
    return this.client.call(`/api/deliveries/${delivery}/offers/withdraw/`, { method: "POST" });
  }

  takeBack(delivery: number, courier: number, reason: TakeBackReason, note: string): Promise<Schemas["TakenBackAnswer"]> {
    return this.#post(`/api/deliveries/${delivery}/unassign/`, { reason, note, transporter_id: courier });
  }

  /** What a run over these would do, or, without `dry_run`, did. */
  async assignMany(deliveries: readonly number[], dry_run: boolean): Promise<Plan> {
    const body = { operation: "auto_assign", delivery_ids: deliveries, parameters: { dry_run } };
    return (await this.#post<Schemas["BulkOperationAnswer"]>("/api/deliveries/bulk-operations/", body)).results;
  }

  /** Begins a run over these, which goes on whether somebody waits or not. */
  begin(deliveries: readonly number[]): Promise<Run> {
    const body = { operation: "auto_assign", delivery_ids: deliveries, parameters: { dry_run: false } };
    return this.#post("/api/deliveries/bulk-operations/", body, "respond-async");
  }

  run(id: number): Promise<Run> {
    return this.client.call(`/api/assignment-runs/${id}/`);
  }

  /** Where a courier was in the last quarter of an hour; of a long way the newest part. */
  async track(courier: number, now: number): Promise<Point[]> {
    const from = encodeURIComponent(new Date(now - TRACK_MS).toISOString());
    const path = `/api/transporters/${courier}/positions/?from=${from}&page_size=${TRACK_PAGE}`;
    let page = await this.client.call<Schemas["PageOfFixAnswer"]>(path);
    const last = Math.ceil(page.count / TRACK_PAGE);
    if (last > 1) page = await this.client.call(`${path}&page=${last}`);
    return page.results;
  }

  /** A repeat of one and the same request does nothing twice. */
  #post<Answer>(path: string, body: object, prefer?: string): Promise<Answer> {
    return this.client.call(path, { method: "POST", body, idempotencyKey: newKey(), ...(prefer !== undefined && { prefer }) });
  }
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
