// Rows of a part of the page that stand still while somebody reads them, as those of the list do.
import { useMemo } from "preact/hooks";
import { type Handlers, readBy } from "./read_by.ts";
import { Reading, Steady } from "./steady.ts";

interface Still<Row> {
  rows: (wanted: readonly Row[], of: string) => Row[];
  /** For the element in which the rows stand. */
  handlers: Handlers;
}

/** `keyOf`: by what a row is known again. Rows of another `of` than before are others, and do not stand still. */
export function useStill<Row>(keyOf: (row: Row) => string | number): Still<Row> {
  return useMemo(() => {
    const reading = new Reading(() => performance.now());
    const steady = new Steady<Row>(keyOf);
    return { rows: (wanted, of) => steady.rows(wanted, reading.on, of), handlers: readBy(reading) };
  }, []);
}
