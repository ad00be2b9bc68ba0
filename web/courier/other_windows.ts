// The same person's page in other windows of this browser: they share what the phone keeps.

/** A window that the phone has put to sleep may have something in hand for hours: another goes on beside it then. A step bears a key, so that told twice it is one. */
const PATIENCE_MS = 300_000;

export interface OtherWindows {
  /** Runs something while no other window does under the same number; null where one does and this one does not wait. Whoever waits does so for some minutes at most. */
  alone<Result>(number: number, waits: boolean, run: () => Promise<Result>): Promise<Result | null>;
  /** They are to look at what is kept. */
  tell(): void;
  end(): void;
}

/** `name`: of what is shared. Where the browser has no locks, or no way to tell, each window is by itself. */
export function otherWindows(name: string, onTold: () => void): OtherWindows {
  const locks = (navigator as { locks?: LockManager }).locks;
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
  channel?.addEventListener("message", onTold);
  let ended = false; // what is under way when the page ends still says so
  return {
    async alone(number, waits, run) {
      if (locks === undefined) return await run();
      const what = `${name}.${number}`;
      return waits ? await inTurn(locks, what, run) : await locks.request(what, { ifAvailable: true }, (lock) => (lock === null ? null : run()));
    },
    tell: () => {
      if (!ended) channel?.postMessage(null);
    },
    end: () => {
      ended = true;
      channel?.close();
    },
  };
}

async function inTurn<Result>(locks: LockManager, what: string, run: () => Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    return await locks.request(what, { signal: over.signal }, () => {
      clearTimeout(timer); // from now on nothing is waited for
      return run();
    });
  } catch (error) {
    if (!over.signal.aborted) throw error;
    return await run();
  }
}
