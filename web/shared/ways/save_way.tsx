import { Download } from "lucide";
import { useActing } from "../acting.ts";
import type { Client } from "../client.ts";
import { Icon } from "../icon.tsx";
import { saveFile } from "../saving.ts";
import type { Say } from "../words.ts";

interface Given {
  /** The delivery's. */
  id: number;
  number: string;
  words: string;
  client: Client;
  say: Say;
}

/** The way that a parcel went as a file, for programs of maps. */
export function SaveWay({ id, number, words, client, say }: Given) {
  const saving = useActing<null>(say, () => saveFile(client, `/api/deliveries/${id}/path.gpx`, `${number}.gpx`));
  return (
    <>
      <button type="button" class="button" disabled={saving.pending} onClick={() => void saving.start(null)}><Icon of={Download} />{words}</button>
      {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
    </>
  );
}
