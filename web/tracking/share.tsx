// Links to this parcel for somebody else: its buyer makes them where the parcel is looked at. Their form comes once it is asked for.
import { Share2 } from "lucide";
import { useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { Missing, useLate } from "../shared/late.tsx";
import type { Language } from "../shared/numbers.ts";
import type { Say } from "./speech.ts";

export function Share({ number, client, language, say }: { number: string; client: Client; language: Language; say: Say }) {
  const [open, setOpen] = useState(false);
  const late = useLate(() => import("../shared/share/share_links.tsx"), open);
  const Links = late.part?.ShareLinks;
  return (
    <div class="share">
      <button type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}><Icon of={Share2} />{say("share")}</button>
      {open && Links === undefined && late.failures > 0 && <Missing late={late} text={say("share.missing")} say={say} />}
      {open && Links !== undefined && <Links number={number} client={client} language={language} />}
    </div>
  );
}
