// The API as pages call it: errors in one shape, tokens renewed once for all who wait.

import type { components } from "./api.ts";

export type Tokens = components["schemas"]["TokenAnswer"];

export type NewAccount = Pick<components["schemas"]["Registration"], "email" | "password" | "name" | "phone">;

export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
  /** Runs something while no other tab that has the same tokens does; a store of one tab needs none. */
  alone?<Result>(run: () => Promise<Result>): Promise<Result>;
}

/** What the server refused. `fields` names each wrong field with the server's words for it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retry_after_s: number | null = null,
    /** How many of what are in the way, where the server counts that. */
    readonly reasons: Readonly<Record<string, number>> = {},
    /** Whether what was sent as proof of a step is kept though the step was not taken. */
    readonly proof_kept = false,
  ) {
    super(message);
  }
}

/** Nothing came back. */
export class Unreachable extends Error {}

/** No answer came in time: whether it was done is not known. */
export class Unanswered extends Unreachable {}

/** So long an answer is waited for where a call says nothing else, seconds. */
const PATIENCE_S = 60;
/** The same request under way, as the server calls it, and how long until it is asked again. */
const IN_FLIGHT = "request_in_flight";
const ASKED_AGAIN_MS = 1_000;

/** An error of any section of the API: payments and assignments have shapes of their own. */
export function refusal(status: number, body: unknown, retryAfter: string | null): Refused {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = [said["detail"], said["message"], said["error"]].find((one) => typeof one === "string") ?? `HTTP ${status}`;
  const code = [said["code"], said["error_code"]].find((one) => typeof one === "string") ?? "";
  const errors = said["errors"] ?? said["wrong"]; // of a plan: the pairs that cannot be locked
  const fields: Record<string, string> = {};
  if (typeof errors === "object" && errors !== null) {
    for (const [name, problem] of Object.entries(errors)) fields[name] = String(problem);
  }
  const seconds = Number(retryAfter);
  const reasons = Object.entries(typeof said["reasons"] === "object" ? (said["reasons"] ?? {}) : {}).filter((one): one is [string, number] => typeof one[1] === "number");
  const later = retryAfter !== null && seconds >= 0 ? seconds : null;
  return new Refused(status, String(code).toLowerCase(), String(text), fields, later, Object.fromEntries(reasons), said["proof_kept"] === true);
}

export interface Call {
  method?: string;
  /** As JSON; a file as it is. */
  body?: unknown;
  /** Whether to say who asks; false also where nobody is signed in. */
  signed?: boolean;
  idempotencyKey?: string;
  /** What is preferred (RFC 7240), such as `respond-async`. */
  prefer?: string;
  /** What the answer may be; JSON where it is not said. */
  accept?: string;
  /** How long the answer may take to begin, seconds. */
  patience_s?: number;
}

export class Client {
  #renewing: Promise<Tokens | null> | null = null;

  constructor(
    private readonly store: TokenStore,
    private readonly send: typeof fetch = (...given) => fetch(...given),
  ) {}

  /** Raises Refused or Unreachable. */
  async call<Answer>(path: string, call: Call = {}): Promise<Answer> {
    const reply = await this.#answered(path, call);
    return (reply.status === 204 ? null : await reply.json().catch(() => null)) as Answer;
  }

  /** A file, such as a report. Raises Refused or Unreachable. */
  async file(path: string): Promise<Blob> {
    return await (await this.#answered(path, { accept: "*/*" })).blob();
  }

  /** What was sent before and is still being answered is asked for again until its answer is there. */
  async #answered(path: string, call: Call): Promise<Response> {
    const until = performance.now() + (call.patience_s ?? PATIENCE_S) * 1000;
    for (;;) {
      const reply = await this.#signed(path, call);
      if (reply.ok) return reply;
      const refused = refusal(reply.status, await reply.json().catch(() => null), reply.headers.get("Retry-After"));
      if (refused.code !== IN_FLIGHT || call.idempotencyKey === undefined) throw refused;
      if (performance.now() >= until) throw new Unanswered("no answer in time");
      await new Promise((resolve) => setTimeout(resolve, ASKED_AGAIN_MS));
    }
  }

  async #signed(path: string, call: Call): Promise<Response> {
    const tokens = call.signed === false ? null : this.store.read();
    const reply = await this.#request(path, call, tokens);
    if (reply.status !== 401 || tokens === null) return reply;
    const renewed = await this.#renewed(tokens);
    return renewed === null ? reply : await this.#request(path, call, renewed);
  }

  /** Raises Refused or Unreachable. */
  async signIn(email: string, password: string): Promise<void> {
    const body = { email, password };
    this.store.write(await this.call<Tokens>("/api/v1/auth/token/", { method: "POST", body, signed: false }));
  }

  /** Makes a customer's account and signs it in. Raises Refused or Unreachable. */
  async signUp(account: NewAccount): Promise<void> {
    const made = await this.call<components["schemas"]["UserAnswer"]>("/api/v1/auth/register/", { method: "POST", body: account, signed: false });
    this.store.write({ access: made.access ?? "", refresh: made.refresh ?? "" });
  }

  /** Ends the sign-in here and, where the server can be reached, there. */
  async signOut(): Promise<void> {
    try {
      await this.call("/api/v1/auth/logout/", { method: "POST" });
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
    }
    this.store.write(null);
  }

  get signedIn(): boolean {
    return this.store.read() !== null;
  }

  async #request(path: string, call: Call, tokens: Tokens | null): Promise<Response> {
    const headers: Record<string, string> = { Accept: call.accept ?? "application/json" };
    if (tokens !== null) headers["Authorization"] = `Bearer ${tokens.access}`;
    if (call.body !== undefined) headers["Content-Type"] = call.body instanceof Blob ? "application/octet-stream" : "application/json";
    if (call.prefer !== undefined) headers["Prefer"] = call.prefer;
    if (call.idempotencyKey !== undefined) headers["Idempotency-Key"] = call.idempotencyKey;
    const given: RequestInit = { method: call.method ?? "GET", headers };
    if (call.body !== undefined) given.body = call.body instanceof Blob ? call.body : JSON.stringify(call.body);
    const giveUp = new AbortController();
    given.signal = giveUp.signal;
    const timer = setTimeout(() => giveUp.abort(), (call.patience_s ?? PATIENCE_S) * 1000);
    try {
      return await this.send(path, given);
    } catch {
      throw giveUp.signal.aborted ? new Unanswered("no answer in time") : new Unreachable("no connection");
    } finally {
      clearTimeout(timer); // a file that has begun to come may take as long as it is large
    }
  }

  /** A refresh token is good for one use, so all calls that meet an old one wait for the same new pair. */
  #renewed(old: Tokens): Promise<Tokens | null> {
    const present = this.store.read();
    if (present !== null && present.access !== old.access) return Promise.resolve(present);
    const renew = (): Promise<Tokens | null> => this.#renew(old);
    this.#renewing ??= (this.store.alone?.(renew) ?? renew()).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(old: Tokens): Promise<Tokens | null> {
    const present = this.store.read();
    if (present !== null && present.access !== old.access) return present; // another tab was first
    const body = { refresh: old.refresh };
    const reply = await this.#request("/api/v1/auth/token/refresh/", { method: "POST", body }, null);
    if (reply.ok) {
      const renewed = (await reply.json()) as Tokens;
      this.store.write(renewed);
      return renewed;
    }
    if (reply.status === 401) this.store.write(null); // signed out elsewhere, or too long ago
    return null;
  }
}
