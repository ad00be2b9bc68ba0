import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** What runs, in order, and an answer for each that is given by hand. */
function answered() {
  const begun: string[] = [];
  const answers: ((done: boolean) => void)[] = [];
  const run = (wanted: string): Promise<boolean> => {
    begun.push(wanted);
    return new Promise((resolve) => answers.push(resolve));
  };
  return { begun, answers, run };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("what is wanted while something else is on its way waits for its turn and is done", async () => {
  const turns = new Turns<string>();
  const { begun, answers, run } = answered();
  const first = turns.take("blue", run);
  const second = turns.take("green", run);
  await settled();
  expect([begun, turns.busy]).toEqual([["blue"], true]);
  answers[0]?.(true);
  expect(await first).toBe(true);
  await settled();
  expect(begun).toEqual(["blue", "green"]);
  answers[1]?.(false);
  expect([await second, turns.busy]).toEqual([false, false]);
});

test("the same pressed twice is done once, and both presses hear the one answer", async () => {
  const turns = new Turns<string>();
  const { begun, answers, run } = answered();
  const both = [turns.take("blue", run), turns.take("blue", run)];
  await settled();
  answers[0]?.(true);
  expect([await Promise.all(both), begun]).toEqual([[true, true], ["blue"]]);
});

test("what was wanted before and is wanted again after something else is done again", async () => {
  const turns = new Turns<string>();
  const { begun, answers, run } = answered();
  const all = [turns.take("blue", run), turns.take("green", run), turns.take("blue", run)];
  for (let turn = 0; turn < 3; turn += 1) {
    await settled();
    answers[turn]?.(true);
  }
  await Promise.all(all);
  expect(begun).toEqual(["blue", "green", "blue"]);
});

test("once it was answered the same is done anew", async () => {
  const turns = new Turns<string>();
  const { begun, answers, run } = answered();
  const first = turns.take("blue", run);
  answers[0]?.(true);
  await first;
  void turns.take("blue", run);
  expect(begun).toEqual(["blue", "blue"]);
});

test("another file is something else, however alike the two look, and the same file is the same", async () => {
  const turns = new Turns<{ file: Blob; dry: boolean }>();
  const begun: Blob[] = [];
  const [one, other] = [new Blob(["a"]), new Blob(["a"])];
  const run = async ({ file }: { file: Blob }): Promise<boolean> => begun.push(file) > 0;
  await Promise.all([one, other, other].map((file) => turns.take({ file, dry: true }, run)));
  expect(begun.map((file) => [one, other].indexOf(file))).toEqual([0, 1]);
});
