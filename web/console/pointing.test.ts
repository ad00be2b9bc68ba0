import { expect, test } from "vitest";
import { courier, delivery } from "../testing/console_frames.ts";
import type { Looked } from "./console_map.ts";
import { Pointing } from "./pointing.ts";

function list() {
  const board = {
    deliveries: new Map([delivery(1, { status: "assigned", transporter_id: 4 }), delivery(2)].map((one) => [one.id, one])),
    couriers: new Map([[4, courier(4)]]),
  };
  const drawn: (Looked | null)[] = [];
  return { board, drawn, pointing: new Pointing(board, (looked) => drawn.push(looked)), last: () => drawn.at(-1)?.deliveries.map((one) => one.id) ?? [] };
}

test("what the pointer moves on is drawn once with who has it, until the pointer leaves", () => {
  const { pointing, drawn, board } = list();
  pointing.at(1);
  pointing.at(1);
  expect(drawn).toEqual([{ deliveries: [board.deliveries.get(1)], courier: board.couriers.get(4) }]);
  pointing.gone(1);
  expect([drawn.length, drawn[1]]).toEqual([2, null]);
});

test("a row that goes takes nothing from another that is pointed at, and what was chosen instead is shown", () => {
  const { pointing, last } = list();
  pointing.at(1);
  pointing.at(2);
  pointing.gone(1);
  expect(last()).toEqual([2]);
  pointing.forget();
  expect([last(), pointing.looked]).toEqual([[], null]);
});

test("it is as it is now: its courier moves, somebody else has it, and what is delivered is nowhere", () => {
  const { pointing, board } = list();
  pointing.at(1);
  board.couriers.set(4, courier(4, { lat: 27.5 }));
  expect(pointing.looked?.courier?.lat).toBe(27.5);
  board.deliveries.set(1, delivery(1));
  expect(pointing.looked?.courier).toBeNull();
  board.deliveries.delete(1);
  expect(pointing.looked).toBeNull();
});
