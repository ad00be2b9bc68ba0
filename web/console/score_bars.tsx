// The four terms of a score, each as a bar with its number.
import "./score_bars.css";
import { useLateDesk } from "./late/words.ts";
import { TERMS, type Term } from "./plans.ts";

export function ScoreBar({ score }: { score: number }) {
  return <span class="bar-of" aria-hidden="true"><span style={{ width: `${Math.min(100, Math.max(0, score))}%` }} /></span>;
}

export function ScoreBars({ scores }: { scores: Readonly<Record<Term, number>> }) {
  const { say, digits } = useLateDesk();
  return (
    <dl class="terms small">
      {TERMS.map((term) => (
        <div key={term}>
          <dt>{say(`term.${term}`)}</dt>
          <dd><ScoreBar score={scores[term]} /><span class="number">{digits(Math.round(scores[term]))}</span></dd>
        </div>
      ))}
    </dl>
  );
}
