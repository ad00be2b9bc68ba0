import { useActing } from "../acting.ts";
import type { Client } from "../client.ts";
import type { Person } from "../session.ts";
import { useState } from "preact/hooks";
import { useComingBack } from "./coming_back.ts";
import type { AccountSay, OpenRole } from "./words.ts";

/** Says what is not possible before the e-mail address is proved, and sends its mail again; `ask` hears whether it is. */
export function UnprovedCard({ client, role, person, ask, say }: { client: Client; role: OpenRole; person: Person; ask: () => Promise<void>; say: AccountSay }) {
  const [sent, setSent] = useState(false);
  useComingBack(() => void ask()); // the address may be proved by now
  const again = useActing<null>(say, async () => {
    await client.call("/api/v1/auth/verify-email/resend/", { method: "POST" });
    setSent(true);
  });
  return (
    <div class="card">
      <p>{say(role === "transporter" ? "unproved.transporter" : "unproved.seller")}</p>
      <p role="status">{sent ? say("unproved.sent", { email: person.email }) : ""}</p>
      <p class="problem" role="alert">{again.problem}</p>
      {!sent && <button type="button" class="button" disabled={again.pending} onClick={() => void again.start(null)}>{say("unproved.again")}</button>}
    </div>
  );
}
