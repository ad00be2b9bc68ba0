// One plan for many as it is worked on: made, looked at, made again with other pairs or weights, committed.
import type { AssignmentPlan, Calls } from "./calls.ts";
import { type Draft, type Pair, type Term, banTurned, draftFor, draftOf, lockTurned, requestOf } from "./plans.ts";

const LOOK_EVERY_MS = 1_000;

type Asks = Pick<Calls, "makePlan" | "plan" | "commitPlan">;

/** What the rest of the console has to hear. */
export interface Heard {
  /** A plan was made: the address says it from now on. */
  made: (plan: AssignmentPlan) => void;
  committed: (plan: AssignmentPlan) => void;
  change: () => void;
}

export class Planning {
  plan: AssignmentPlan | null = null;
  /** The plan that this one was made from. */
  before: AssignmentPlan | null = null;
  draft: Draft = draftFor([]);
  busy: "making" | "loading" | "committing" | null = null;
  error: unknown = null;
  /** Whether the plan shows before it has an address. */
  opened = false;
  /** An answer to what was asked before this is of no use any more. */
  #turn = 0;
  /** Since when the answer is awaited, milliseconds of the page's steady clock. */
  since = 0;

  constructor(
    private readonly calls: Asks,
    private readonly heard: Heard,
  ) {}

  /** A plan for these, which nothing was decided about yet. */
  begin(deliveries: readonly number[]): Promise<void> {
    this.close();
    this.opened = true;
    this.draft = draftFor(deliveries);
    return deliveries.length === 0 ? Promise.resolve() : this.again();
  }

  /** A plan by what is kept, forbidden and weighed now. */
  async again(): Promise<void> {
    if (this.busy !== null) return;
    const asked = this.draft;
    const made = await this.#during("making", () => this.calls.makePlan(requestOf(asked)));
    if (made === null) return;
    this.before = this.plan;
    this.#show(made, this.draft === asked ? draftOf(made) : this.draft); // what was chosen meanwhile is for the next one
    this.heard.made(made);
  }

  /** The connection is back: a server that has begun anew knows nothing of the plan that it was asked for. */
  async reconnected(): Promise<void> {
    if (this.busy !== "making") return;
    this.#turn += 1;
    this.busy = null;
    await this.again();
  }

  /** A plan by its number, such as one that the address names. */
  async open(id: number): Promise<void> {
    if (this.plan?.id === id) return;
    this.close();
    const found = await this.#during("loading", () => this.calls.plan(id));
    if (found !== null) this.#show(found, draftOf(found));
  }

  /** How it stands now, where somebody commits it. */
  async look(): Promise<void> {
    const { plan } = this;
    if (plan === null) return;
    const turn = this.#turn;
    const found = await this.calls.plan(plan.id).catch(() => null); // the next look may do
    if (found === null || turn !== this.#turn || found.progress.left > plan.progress.left) return;
    this.plan = found;
    this.heard.change();
  }

  /** Also goes on with one whose commit was cut off. */
  async commit(): Promise<void> {
    const { plan } = this;
    if (plan === null || this.busy !== null) return;
    const looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
    const done = await this.#during("committing", async () => {
      const answer = await this.calls.commitPlan(plan.id);
      this.heard.committed(answer); // also where something else is looked at by now
      return answer;
    });
    clearInterval(looking);
    if (done === null) return this.look();
    this.plan = done;
    this.heard.change();
  }

  close(): void {
    this.#turn += 1;
    this.plan = this.before = this.busy = this.error = null;
    this.opened = false;
  }

  lock(pair: Pair): void {
    this.#draw(lockTurned(this.draft, pair));
  }

  forbid(pair: Pair): void {
    this.#draw(banTurned(this.draft, pair));
  }

  weigh(term: Term, weight: number): void {
    this.#draw({ ...this.draft, weights: { ...this.draft.weights, [term]: weight } });
  }

  #draw(draft: Draft): void {
    this.draft = draft;
    this.heard.change();
  }

  #show(plan: AssignmentPlan, draft: Draft): void {
    this.plan = plan;
    this.draft = draft;
    this.heard.change();
  }

  /** The answer; null where it failed, or something else is looked at by now. */
  async #during<Answer>(what: NonNullable<Planning["busy"]>, ask: () => Promise<Answer>): Promise<Answer | null> {
    const turn = this.#turn;
    this.busy = what;
    this.since = performance.now();
    this.error = null;
    this.heard.change();
    let answer: Answer | null = null;
    let error: unknown = null;
    try {
      answer = await ask();
    } catch (failed) {
      error = failed;
    }
    if (turn !== this.#turn) return null;
    this.busy = null;
    this.error = error;
    this.heard.change();
    return answer;
  }
}
