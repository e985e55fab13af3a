import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLogger } from "./logger.ts";

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ service: "test", level: "info", version: "0" }, { write: (line) => void lines.push(line) }));
  return lines.join("");
}

describe("the log", () => {
  test("a line is JSON with level, time, service and message", () => {
    const line = JSON.parse(logged((log) => log.info({ jobId: "j" }, "hello")));
    assert.equal(line.level, "info");
    assert.equal(line.service, "test");
    assert.equal(line.jobId, "j");
    assert.equal(line.msg, "hello");
    assert.match(line.time, /^\d{4}-\d\d-\d\dT/);
  });

  test("credentials never reach a line, however deep they lie", () => {
    const text = logged((log) => {
      log.info({ spec: { source: { credentials: { secretAccessKey: "hunter2" } } } }, "nested");
      log.info({ headers: [{ Authorization: "AWS4 hunter2" }] }, "in a list");
      log.info({ accessKeyId: "hunter2", sealedCredentials: "hunter2", API_KEYS: "hunter2" }, "flat");
      log.child({ secretKey: "hunter2" }).info("bound");
    });
    assert.doesNotMatch(text, /hunter2/);
    assert.equal(text.match(/\[hidden\]/g)?.length, 6);
  });

  test("an error keeps its message, code and causes, and drops the request that its maker hung on it", () => {
    const error = Object.assign(new Error("outer", { cause: new Error("inner") }), {
      code: "SOURCE_FAILED",
      request: { body: "hunter2" },
    });
    const text = logged((log) => log.error({ err: error }, "failed"));
    assert.match(text, /outer/);
    assert.match(text, /inner/);
    assert.match(text, /SOURCE_FAILED/);
    assert.doesNotMatch(text, /hunter2/);
  });
});
