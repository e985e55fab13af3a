import assert from "node:assert/strict";
import { test } from "node:test";
import { tellTrouble } from "./trouble.ts";

test("that Redis is away is not told for each queue and each try; other trouble is", () => {
  const told: object[] = [];
  const tell = tellTrouble({ warn: (fields) => void told.push(fields) }, "copy", "the queue is in trouble");
  tell(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
  tell(new Error("Connection is closed."));
  assert.deepEqual(told, []);
  const error = new Error("OOM command not allowed");
  tell(error);
  assert.deepEqual(told, [{ queue: "copy", err: error }]);
});
