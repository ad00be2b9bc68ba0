import { expect, test } from "vitest";
import { type Box, freeSide, raisedBy } from "./label_side.ts";

const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, right: left + width, bottom: top + height });
const WINDOW = box(0, 0, 400, 300);
const DOT = box(193, 143, 14, 14);
const LABEL = { width: 60, height: 18 };

test("a label stands to the right of its dot, and elsewhere where something covers it there", () => {
  expect(freeSide(DOT, LABEL, [], WINDOW)).toBe("right");
  const courier = box(205, 136, 28, 28);
  expect(freeSide(DOT, LABEL, [courier], WINDOW)).toBe("left");
  expect(freeSide(DOT, LABEL, [courier, box(140, 140, 50, 20)], WINDOW)).toBe("below");
});

test("a label does not leave the picture", () => {
  expect(freeSide(box(380, 143, 14, 14), LABEL, [], WINDOW)).toBe("left");
  expect(freeSide(box(380, 280, 14, 14), LABEL, [box(300, 270, 80, 30)], WINDOW)).toBe("above");
});

test("where no side is free it stands where least of it is covered", () => {
  const all = [box(207, 100, 100, 100), box(90, 100, 100, 100), box(150, 160, 100, 60), box(215, 130, 5, 20)];
  expect(freeSide(DOT, LABEL, all, box(0, 140, 400, 100))).not.toBe("right");
});

test("a label on which a mark would lie is raised above it, and any other stays", () => {
  const label = { left: 0, top: 100, right: 80, bottom: 120 };
  const mark = { left: 20, top: 110, right: 48, bottom: 138 };
  const up = raisedBy(label, mark);
  expect(label.bottom - up).toBeLessThan(mark.top);
  expect(raisedBy(label, { ...mark, top: 120, bottom: 148 })).toBe(0);
  expect(raisedBy(label, { ...mark, left: 90, right: 118 })).toBe(0);
});
