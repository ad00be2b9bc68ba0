import { expect, test } from "vitest";
import { OnceThere } from "./once_there.ts";

test("of what is drawn again and again before there is a map the newest is drawn once it is there, and nothing else is kept", () => {
  let load = (): void => undefined;
  const once = new OnceThere({ on: (_, run) => (load = run) });
  const drawn: string[] = [];
  for (let second = 1; second <= 3; second += 1) for (const what of ["waiting", "doors"]) once.draw(what, () => drawn.push(`${what} ${second}`));
  expect([once.there, drawn]).toEqual([false, []]);
  load();
  expect([once.there, drawn]).toEqual([true, ["waiting 3", "doors 3"]]);
  once.draw("waiting", () => drawn.push("waiting 4"));
  load();
  expect(drawn).toEqual(["waiting 3", "doors 3", "waiting 4"]);
});
