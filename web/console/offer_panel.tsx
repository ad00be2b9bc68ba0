// Who is asked for a delivery, and what they said.
import { Megaphone, X } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import type { AskedOffer, Searches } from "./calls.ts";
import { useDesk } from "./desk.ts";
import type { Delivery } from "./frames.ts";

/** The newest search of a delivery with its offers; of one that waits also how to begin and to end one. */
export function OfferPanel({ delivery }: { delivery: Delivery }) {
  const { say, calls, searches } = useDesk();
  const [found, setFound] = useState<Searches | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const heard = JSON.stringify(searches.get(delivery.id) ?? null);
  useEffect(() => {
    let left = false;
    calls.searches(delivery.id).then(
      (answer) => !left && setFound(answer),
      (error: unknown) => !left && setProblem(problemOf(error, say)),
    );
    return () => {
      left = true;
    };
  }, [delivery.id, delivery.status, heard]);
  const newest = found?.searches[0];
  const waits = delivery.status === "available";
  if (!waits && newest === undefined) return null;
  const act = async (asked: Promise<Searches>): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      setFound(await asked);
    } catch (error) {
      setProblem(problemOf(error, say));
    } finally {
      setBusy(false);
    }
  };
  const runs = newest?.status === "searching";
  return (
    <section aria-labelledby="offers" class="offers">
      <h3 id="offers" class="small quiet">{say("offers")}</h3>
      {newest !== undefined && <p class={newest.status === "exhausted" ? "problem" : "quiet"}>{say(`search.${newest.status}`)} · {say(`mode.${newest.mode}`)}</p>}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {newest !== undefined && newest.offers.length > 0 && <ul>{newest.offers.map((one) => <OfferRow key={one.id} one={one} />)}</ul>}
      {waits && !runs && (
        <button type="button" class="button" disabled={busy || found === null} onClick={() => void act(calls.ask(delivery.id))}>
          <Icon of={Megaphone} />{say("offers.begin")}
        </button>
      )}
      {runs && (
        <button type="button" class="button" disabled={busy} onClick={() => void act(calls.stopAsking(delivery.id))}>
          <Icon of={X} />{say("offers.withdraw")}
        </button>
      )}
    </section>
  );
}

function OfferRow({ one }: { one: AskedOffer }) {
  const { say, digits, language, now } = useDesk();
  const left = Math.max(0, Math.ceil((Date.parse(one.deadline) - now) / 1000));
  const facts = [
    one.status === "open" || one.status === "queued" ? say("offer.left", { seconds: left }) : say(`offer.${one.status}`),
    one.decline_reason === null ? "" : say(`decline.${one.decline_reason}`),
    one.distance_km === null ? "" : say("candidates.distance", { distance: distance(one.distance_km * 1000, language) }),
    one.acceptance.rate === null ? "" : say("offer.rate", { percent: digits(Math.round(one.acceptance.rate * 100)) }),
  ].filter((fact) => fact !== "");
  return (
    <li data-offer={one.id} data-status={one.status}>
      <strong>{one.transporter_name}</strong> <span class="small quiet number">{facts.join(" · ")}</span>
    </li>
  );
}
