import assert from "node:assert/strict";
import { test } from "node:test";
import { createNameOrder } from "./name-order.ts";

test("the signed names are sorted, whatever headers the request before had", () => {
  const orderOf = createNameOrder((name) => name !== "host");
  const namesOf = (...names: readonly string[]) => orderOf(Object.fromEntries(names.map((name) => [name, "value"])));
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(namesOf("x-b", "host", "x-a"), ["x-a", "x-b"]);
    assert.deepEqual(namesOf("x-b", "host", "x-a"), ["x-a", "x-b"]);
    assert.deepEqual(namesOf("x-b", "host", "x-c"), ["x-b", "x-c"]);
    assert.deepEqual(namesOf("x-c", "x-b", "content-md5", "host"), ["content-md5", "x-b", "x-c"]);
    assert.deepEqual(namesOf("x-c", "x-b"), ["x-b", "x-c"]);
    assert.deepEqual(namesOf(), []);
  }
});
