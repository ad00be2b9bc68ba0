// The API as pages call it: errors in one shape, tokens renewed once for all who wait.

import type { components } from "./api.ts";

export type Tokens = components["schemas"]["TokenAnswer"];

export type NewAccount = Pick<components["schemas"]["Registration"], "email" | "password" | "name" | "phone" | "role" | "language">;

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

/** What an answer says; null where it is empty. What is no JSON is not our server's, such as the page of a network that asks for a sign-in. Raises Unreachable. */
async function saidIn(reply: Response): Promise<unknown> {
  const text = await reply.text();
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    throw new Unreachable("no answer of ours");
  }
}

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
  /** How long the answer may take to begin, and after that to come, seconds. A file may take as long as it is large. */
  patience_s?: number;
}

/** Whose tokens they are, as they say themselves; null where they say nothing of it. */
export function personOf({ access }: Tokens): number | null {
  try {
    const claims = JSON.parse(atob((access.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: unknown };
    return Number(claims.sub) || null;
  } catch {
    return null;
  }
}

export class Client {
  /** `person`: in whose name alone it asks and tells; null where that is whoever is signed in, as for what everybody may see. */
  constructor(
    private readonly store: TokenStore,
    private readonly send: typeof fetch = (...given) => fetch(...given),
    private readonly renewal: { running: Promise<Tokens | null> | null } = { running: null },
    readonly person: number | null = null,
  ) {}

  /** The same for one person alone: what takes several calls, and ends after another has signed in, ends in nobody else's name. */
  of(person: number): Client {
    return new Client(this.store, this.send, this.renewal, person);
  }

  /** Raises Refused or Unreachable. */
  async call<Answer>(path: string, call: Call = {}): Promise<Answer> {
    return (await saidIn(await this.#answered(path, call))) as Answer;
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
      // A refusal is the last word, so it has to be our server's; one that is away says so in whatever words.
      const said = reply.status < 500 ? await saidIn(reply) : await saidIn(reply).catch(() => null);
      const refused = refusal(reply.status, said, reply.headers.get("Retry-After"));
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

  /** Makes an account and signs it in. Raises Refused or Unreachable. */
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
    const tokens = this.store.read();
    if (tokens === null || !this.#isOfAnother(tokens)) this.store.write(null);
  }

  /** Whether its person is signed in here no more: signed out in another tab, or followed by another person. */
  get outdated(): boolean {
    const tokens = this.store.read();
    return this.person !== null && (tokens === null || this.#isOfAnother(tokens));
  }

  #isOfAnother(tokens: Tokens): boolean {
    const whose = personOf(tokens);
    return this.person !== null && whose !== null && whose !== this.person;
  }

  get signedIn(): boolean {
    return this.store.read() !== null;
  }

  async #request(path: string, call: Call, tokens: Tokens | null): Promise<Response> {
    if (tokens !== null && this.#isOfAnother(tokens)) throw new Refused(401, "not_signed_in", "Somebody else is signed in here.");
    const headers: Record<string, string> = { Accept: call.accept ?? "application/json" };
    if (tokens !== null) headers["Authorization"] = `Bearer ${tokens.access}`;
    if (call.body !== undefined) headers["Content-Type"] = call.body instanceof Blob ? "application/octet-stream" : "application/json";
    if (call.prefer !== undefined) headers["Prefer"] = call.prefer;
    if (call.idempotencyKey !== undefined) headers["Idempotency-Key"] = call.idempotencyKey;
    const given: RequestInit = { method: call.method ?? "GET", headers };
    if (call.body !== undefined) given.body = call.body instanceof Blob ? call.body : JSON.stringify(call.body);
    const giveUp = new AbortController();
    given.signal = giveUp.signal;
    const waiting = () => setTimeout(() => giveUp.abort(), (call.patience_s ?? PATIENCE_S) * 1000);
    let timer = waiting();
    try {
      const reply = await this.send(path, given);
      if (call.accept !== undefined) return reply;
      clearTimeout(timer);
      timer = waiting();
      return new Response((await reply.text()) || null, reply); // one of which the rest never comes is none
    } catch {
      throw giveUp.signal.aborted ? new Unanswered("no answer in time") : new Unreachable("no connection");
    } finally {
      clearTimeout(timer);
    }
  }

  /** A refresh token is good for one use, so all calls that meet an old one wait for the same new pair. */
  #renewed(old: Tokens): Promise<Tokens | null> {
    const present = this.store.read();
    if (present?.access !== old.access) return Promise.resolve(present);
    const renew = (): Promise<Tokens | null> => this.#renew(old);
    this.renewal.running ??= (this.store.alone?.(renew) ?? renew()).finally(() => {
      this.renewal.running = null;
    });
    return this.renewal.running;
  }

  async #renew(old: Tokens): Promise<Tokens | null> {
    const present = this.store.read();
    if (present?.access !== old.access) return present; // another tab was first, or signed out
    const body = { refresh: old.refresh };
    const reply = await this.#request("/api/v1/auth/token/refresh/", { method: "POST", body }, null);
    const said = await saidIn(reply);
    const renewed = reply.ok ? (said as Tokens) : null;
    const now = this.store.read();
    if (now?.refresh !== old.refresh) return now; // signed out meanwhile, or somebody else is signed in: that stands
    if (renewed !== null || reply.status === 401) this.store.write(renewed); // 401: signed out elsewhere, or too long ago
    return renewed;
  }
}
