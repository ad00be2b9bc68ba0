// What went wrong, in words that say what to do.
import { Refused, Unanswered } from "./client.ts";
import { refusalWords } from "./server_words.ts";
import { type Say, languageOf } from "./words.ts";

export function problemOf(error: unknown, say: Say): string {
  if (error instanceof Unanswered) return say("error.unanswered");
  if (!(error instanceof Refused)) return say("error.network");
  if (error.status === 429 && error.retry_after_s !== null) return say("error.again_in", { seconds: error.retry_after_s });
  return error.status >= 500 ? say("error.server") : refusalWords(error.code, error.message, languageOf(say));
}
