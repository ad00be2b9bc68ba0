// What the server did not take, said where the next stop is: it was told as done when it was done.
import { Link } from "../shared/link.tsx";
import type { Language } from "../shared/numbers.ts";
import { refusalWords } from "../shared/server_words.ts";
import type { Action, Refusal } from "./actions.ts";
import type { Given } from "./given.ts";
import { pathOf } from "./views.ts";

/** Steps that were refused and after which nothing else was done for their parcel: what had been done before that was known waits for somebody to read it. */
export function refusedOf(actions: readonly Action[]): readonly Action[] {
  return actions.filter((one) => one.refusal !== null && !actions.some((later) => later.delivery_id === one.delivery_id && (later.knows ?? 0) >= one.number));
}

export function refusedBecause({ code, detail }: Refusal, say: Given["say"], language: Language): string {
  return code === "no_longer_yours" || code === "on_hold" ? say(`queue.${code}`) : refusalWords(code, detail, language);
}

export function Refused({ actions, language, say }: { actions: readonly Action[] } & Pick<Given, "language" | "say">) {
  return (
    <>
      {actions.map((one) => one.refusal !== null && (
        <p key={one.number} class="card" role="alert">
          <strong>{say("refused.told", { title: one.title })}</strong>{" "}
          <span class="problem">{refusedBecause(one.refusal, say, language)}</span>{" "}
          <Link href={pathOf({ name: "queue" })}>{say("queue.title")}</Link>
        </p>
      ))}
    </>
  );
}
