// Pictures of a step go to the server in parts: on a network that breaks off, one goes on where it stopped.
import { type Call, Refused } from "../shared/client.ts";
import type { Action, Upload, Uploads } from "./actions.ts";

/** So much is sent at once: little enough for a slow network, so that little is sent again. Bytes. */
export const PART_BYTES = 64 * 1024;
/** What is shorter goes with the step itself: it is one part at most. */
export const SHORT_BYTES = 32 * 1024;

export interface PartsClient {
  /** Raises Refused or Unreachable. */
  call<Answer>(path: string, call?: Call): Promise<Answer>;
}

interface Told {
  id: string;
  offset: number;
  part_bytes: number;
}

/** Notes how far the pictures of a step have come, so that whoever opens the page anew goes on from there. */
export type Note = (uploads: Uploads) => Promise<void>;

/** What is told with its pictures, and how far those have come. */
type Sent = Pick<Action, "body" | "uploads">;

const PATH = "/api/uploads/";
// The server is there, and cannot do it now: the picture waits as the step would.
const NOT_NOW: ReadonlySet<number> = new Set([401, 408, 425, 429]);
/** So often a part may be refused before the picture goes with the step instead. */
const MOST_REFUSED = 3;

export class PicturesInParts {
  /** Whether the server takes pictures in parts; what is older takes them with the step. */
  #taken = true;
  /** One picture after the other, so that the first is whole the sooner. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: PartsClient) {}

  /** All pictures of a step that are long, sent whole; those that cannot be go with the step. Raises Refused or Unreachable. */
  async sent({ body, uploads: begun = {} }: Sent, note: Note): Promise<Uploads> {
    let uploads = begun;
    for (const [field, picture] of picturesOf(body)) {
      if (lengthOf(picture) < SHORT_BYTES || isWhole(uploads[field])) continue;
      const change = async (upload: Upload | null): Promise<void> => {
        const { [field]: _, ...others } = uploads;
        uploads = upload === null ? others : { ...others, [field]: upload };
        await note(uploads);
      };
      await this.#inTurn(() => this.#send(bytesOf(picture), uploads[field], change));
    }
    return uploads;
  }

  /** What nobody needs any more, so that it does not count among those that wait. Raises nothing. */
  async drop(uploads: Uploads): Promise<void> {
    await Promise.all(Object.values(uploads).map((one) => this.#dropped(one.id)));
  }

  async #dropped(id: string): Promise<void> {
    await this.client.call(`${PATH}${id}/`, { method: "DELETE" }).catch(() => undefined); // it ends by itself some time
  }

  async #send(bytes: Uint8Array<ArrayBuffer>, known: Upload | undefined, change: (upload: Upload | null) => Promise<void>): Promise<void> {
    let told = await this.#foundOrBegun(known, bytes.length);
    for (let refused = 0; told !== null && refused < MOST_REFUSED; ) {
      const { id, offset, part_bytes } = told;
      await change({ id, offset, length: bytes.length });
      if (offset >= bytes.length) return;
      const body = new Blob([bytes.slice(offset, offset + Math.min(PART_BYTES, part_bytes))]);
      try {
        told = await this.client.call<Told>(`${PATH}${id}/?offset=${offset}`, { method: "PATCH", body });
      } catch (error) {
        if (!isFinal(error)) throw error;
        refused += 1; // another window has sent this part, or the server has dropped what was there
        told = await this.#foundOrBegun({ id }, bytes.length);
      }
    }
    if (told !== null) await this.#dropped(told.id);
    await change(null);
  }

  async #foundOrBegun(known: { id: string } | undefined, length: number): Promise<Told | null> {
    return (known === undefined ? null : await this.#found(known)) ?? (await this.#begun(length));
  }

  /** How far one came that was begun before; null where the server has it no more. */
  async #found(known: { id: string }): Promise<Told | null> {
    try {
      return await this.client.call<Told>(`${PATH}${known.id}/`);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  /** Null where the server takes none: it is older, or keeps as many as it may. */
  async #begun(length: number): Promise<Told | null> {
    if (!this.#taken) return null;
    try {
      return await this.client.call<Told>(PATH, { method: "POST", body: { length } });
    } catch (error) {
      if (!isFinal(error)) throw error;
      this.#taken = error.status !== 404 && error.status !== 405;
      return null;
    }
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(run, run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Tells the server something, its long pictures before it: `tell` gets those that are there. Raises Refused or Unreachable. */
export async function tellWithPictures(pictures: Pick<PicturesInParts, "sent">, sent: Sent, note: Note, tell: (uploads: Uploads) => Promise<void>): Promise<void> {
  const uploads = await pictures.sent(sent, note);
  try {
    await tell(uploads);
  } catch (error) {
    const over = error instanceof Refused && error.status === 400 ? Object.keys(uploads).filter((field) => field in error.fields) : [];
    if (over.length === 0) throw error;
    // The server has them no more, or they are none: with the step itself they are taken, or it says what is wrong with them.
    await tell(Object.fromEntries(Object.entries(uploads).filter(([field]) => !over.includes(field))));
  }
}

/** The body, and the key that goes with it, where these pictures are there already. */
export function naming(body: Readonly<Record<string, unknown>>, key: string, uploads: Uploads = {}): { body: Record<string, unknown>; key: string } {
  const there = Object.entries(uploads).filter(([, one]) => isWhole(one));
  const named = Object.fromEntries(there.map(([field, { id }]) => [field, `upload:${id}`]));
  return { body: { ...body, ...named }, key: [key, ...there.map(([, { id }]) => id)].join(" ") };
}

/** The pictures of a step's body, by their fields. */
export function picturesOf(body: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].startsWith("data:image/"));
}

/** How much of the pictures that go in parts is there, from 0 to 100; null where none is on its way. */
export function percentSent({ uploads, state }: Pick<Action, "uploads" | "state">): number | null {
  const all = Object.values(uploads ?? {});
  if (all.length === 0 || state === "confirmed" || state === "refused") return null;
  const [there, length] = all.reduce(([sum, of], one) => [sum + one.offset, of + one.length], [0, 0]);
  return length === 0 || there >= length ? null : Math.floor((there * 100) / length);
}

function isFinal(error: unknown): error is Refused {
  return error instanceof Refused && error.status < 500 && !NOT_NOW.has(error.status);
}

function isWhole(upload: Upload | undefined): boolean {
  return upload !== undefined && upload.offset >= upload.length;
}

function lengthOf(picture: string): number {
  return Math.floor(((picture.length - picture.indexOf(",") - 1) * 3) / 4);
}

function bytesOf(picture: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(picture.slice(picture.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));
}
