// What counts how much in the next plan: four sliders with their numbers.
import { useLateDesk } from "./late/words.ts";
import { MOST_WEIGHT, TERMS } from "./plans.ts";

const STEP = 0.25;

export function PlanWeights() {
  const { say, digits, planning } = useLateDesk();
  const { weights } = planning.draft;
  const none = TERMS.every((term) => weights[term] === 0);
  return (
    <fieldset class="weights">
      <legend class="small">{say("plan.weights")}</legend>
      {TERMS.map((term) => (
        <label key={term} class="weight small">
          <span>{say(`term.${term}`)}</span>
          <input
            type="range"
            min={0}
            max={MOST_WEIGHT}
            step={STEP}
            value={weights[term]}
            aria-valuetext={digits(weights[term])}
            onInput={(event) => planning.weigh(term, Number(event.currentTarget.value))}
          />
          <output class="number">{digits(weights[term].toFixed(2))}</output>
        </label>
      ))}
      {none && <p class="problem small" role="alert">{say("plan.weightless")}</p>}
    </fieldset>
  );
}
