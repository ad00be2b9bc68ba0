// The API's calls for a transporter's deliveries.
import { type Client, Refused } from "../shared/client.ts";
import { type Action, requestOf } from "./actions.ts";
import { type Job, UNDER_WAY } from "./jobs.ts";
import { type Note, type PartsClient, type PicturesInParts, tellWithPictures } from "./pictures_in_parts.ts";

/** A delivery by its number, and how it stands. */
export type Row = Pick<Job, "id" | "status" | "estimated_delivery_time" | "stops">;

/** What a transporter has under way. */
export async function listRows(client: Client, transporter_id: number): Promise<Row[]> {
  const pages = await Promise.all(
    UNDER_WAY.map((status) => client.call<{ results: Row[] }>(`/api/transporters/${transporter_id}/deliveries/?status=${status}&page_size=100`)),
  );
  return pages.flatMap((page) => page.results);
}

/**
 * Each delivery whole, with its stops as they come now; those that stand as they were `known` are not asked for again.
 *
 * Those of `sending`, of which this page is telling something now that may end them, stay as they were known.
 * One that ended, or went to somebody else, after its row was read is left out: this courier may no longer read it.
 */
export async function wholeJobs(client: Client, rows: readonly Row[], known: readonly Job[], sending: readonly Job[] = []): Promise<Job[]> {
  const all = await Promise.all(
    rows.map(async (row) => {
      const stays = sending.find((job) => job.id === row.id);
      if (stays !== undefined) return stays;
      const before = known.find((job) => job.id === row.id && job.status === row.status && job.estimated_delivery_time === row.estimated_delivery_time);
      const whole = before ?? (await client.call<Job>(`/api/deliveries/${row.id}/`).catch(goneMeanwhile));
      return whole === null || row.stops === undefined ? whole : { ...whole, stops: row.stops };
    }),
  );
  return all.filter((job) => job !== null);
}

function goneMeanwhile(problem: unknown): null {
  if (problem instanceof Refused && problem.status === 404) return null;
  throw problem;
}

/** Tells the server what was done, its pictures first. Raises Refused or Unreachable. */
export async function tellAction(client: PartsClient, pictures: Pick<PicturesInParts, "sent">, action: Action, note: Note): Promise<void> {
  await tellWithPictures(pictures, action, note, async (uploads) => {
    const { path, body, key } = requestOf({ ...action, uploads });
    await client.call(path, { method: "POST", body, idempotencyKey: key });
  });
}
