// Exceptions that were put off, until when; kept in this browser.
const NAME = "dispatch.console.later";
export const LATER_MS = 10 * 60_000;

export class Snoozed {
  #until = new Map<string, number>();

  constructor(
    private readonly storage: () => Pick<Storage, "getItem" | "setItem">,
    private readonly name = NAME,
    private readonly lasts_ms = LATER_MS,
  ) {
    try {
      const kept: unknown = JSON.parse(storage().getItem(name) ?? "[]");
      if (Array.isArray(kept)) this.#until = new Map(kept as [string, number][]);
    } catch {
      // Nothing was kept, or nothing that is ours.
    }
  }

  has(key: string, now: number): boolean {
    return (this.#until.get(key) ?? 0) > now;
  }

  put(key: string, now: number): void {
    for (const [known, until] of this.#until) if (until <= now) this.#until.delete(known);
    this.#until.set(key, now + this.lasts_ms);
    this.#keep();
  }

  clear(): void {
    this.#until.clear();
    this.#keep();
  }

  #keep(): void {
    try {
      this.storage().setItem(this.name, JSON.stringify([...this.#until]));
    } catch {
      // It holds as long as the page is open.
    }
  }
}
