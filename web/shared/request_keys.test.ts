import { expect, test } from "vitest";
import { Refused, Unreachable } from "./client.ts";
import { RequestKeys, newKey } from "./request_keys.ts";

function counted(): RequestKeys {
  let count = 0;
  return new RequestKeys(() => `key ${++count}`);
}

test("what may have arrived is asked again under the same key", () => {
  const keys = counted();
  expect(keys.of({ cart_id: 1 })).toBe("key 1");
  keys.answered(new Unreachable("no connection"));
  expect(keys.of({ cart_id: 1 })).toBe("key 1");
  keys.answered(new Refused(503, "", "busy"));
  expect(keys.of({ cart_id: 1 })).toBe("key 1");
});

test("after an answer, and for anything else, the key is a new one", () => {
  const keys = counted();
  keys.of({ cart_id: 1 });
  expect(keys.of({ cart_id: 2 })).toBe("key 2");
  keys.answered();
  expect(keys.of({ cart_id: 2 })).toBe("key 3");
  keys.answered(new Refused(409, "out_of_stock", "sold out"));
  expect(keys.of({ cart_id: 2 })).toBe("key 4");
});

test("keys are long and differ", () => {
  expect([newKey().length, newKey() === newKey()]).toEqual([32, false]);
});

test("a request with another file has a key of its own, and the same file keeps it", () => {
  const keys = counted();
  const file = new File(["a"], "goods.csv");
  expect([keys.of({ file }), keys.of({ file }), keys.of({ file: new File(["b"], "goods.csv") })]).toEqual(["key 1", "key 1", "key 2"]);
});
