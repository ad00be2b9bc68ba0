import { useActing } from "../acting.ts";
import type { Client } from "../client.ts";
import type { Person } from "../session.ts";
import { useState } from "preact/hooks";
import type { AccountSay, OpenRole } from "./words.ts";

/** Says what is not possible before the e-mail address is proved, and sends its mail again. */
export function UnprovedCard({ client, role, person, say }: { client: Client; role: OpenRole; person: Person; say: AccountSay }) {
  const [sent, setSent] = useState(false);
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
