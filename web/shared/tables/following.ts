// How far a table is that a job takes, asked again until it has ended; also after a reload, since its number is in the address.
import { useEffect, useState } from "preact/hooks";
import { type Client, Refused } from "../client.ts";
import { type ImportDetails, isWaiting } from "./tables.ts";

const ASK_EVERY_MS = 1_000;

export interface Followed {
  run: ImportDetails | null;
  /** Why it is not known: there is none of that number, or the server is not reached, which is tried again. */
  problem: "import.unknown" | "import.unreached" | null;
}

/** `ended` is called once it has. */
export function useFollowed(client: Client, id: number | null, ended: () => void): Followed {
  const [followed, setFollowed] = useState<Followed>({ run: null, problem: null });
  useEffect(() => {
    setFollowed({ run: null, problem: null });
    if (id === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async (): Promise<void> => {
      try {
        const run = await client.call<ImportDetails>(`/api/imports/${id}/`);
        if (left) return;
        setFollowed({ run, problem: null });
        if (!isWaiting(run)) {
          ended();
          return;
        }
      } catch (error) {
        if (left) return;
        const unknown = error instanceof Refused && error.status < 500;
        setFollowed((known) => ({ ...known, problem: unknown ? "import.unknown" : "import.unreached" }));
        if (unknown) return;
      }
      timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [client, id]);
  return followed;
}
