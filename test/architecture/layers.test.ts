import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { breachesOf } from "./layers.ts";

const shared = "packages/shared/src";

/** Each row: a file, a line that it may hold, and one that it may not. */
const rows: readonly (readonly [file: string, may: string, mayNot: string])[] = [
  [`${shared}/domain/a.ts`, 'import { z } from "zod";', 'import { readFileSync } from "node:fs";'],
  [`${shared}/domain/a.ts`, 'import { createHash } from "node:crypto";', 'import { randomBytes } from "node:crypto";'],
  [`${shared}/domain/a.ts`, 'import { b } from "./b.ts";', 'import type { Clock } from "../ports/clock.ts";'],
  [`${shared}/ports/a.ts`, 'import type { Readable } from "node:stream";', 'import { Readable } from "node:stream";'],
  [`${shared}/ports/a.ts`, 'import { Fault } from "../domain/fault.ts";', 'import type { Redis } from "ioredis";'],
  [
    `${shared}/wrappers/a.ts`,
    'import type { Clock } from "../ports/clock.ts";',
    'import { x } from "../adapters/s3/x.ts";',
  ],
  [`${shared}/adapters/s3/a.ts`, 'import { S3Client } from "@aws-sdk/client-s3";', 'import OSS from "ali-oss";'],
  [`${shared}/adapters/oss/a.ts`, 'import OSS from "ali-oss";', 'import { x } from "../s3/x.ts";'],
  [`${shared}/adapters/redis/a.ts`, 'import { Redis } from "ioredis";', 'import { Queue } from "bullmq";'],
  [`${shared}/adapters/bullmq/a.ts`, 'import { Queue } from "bullmq";', 'import { keys } from "../redis/keys.ts";'],
  [`${shared}/adapters/memory/a.ts`, 'import { x } from "./x.ts";', 'import { request } from "undici";'],
  [`${shared}/wiring/a.ts`, 'import { x } from "../adapters/s3/x.ts";', 'import { pino } from "pino";'],
  [`${shared}/platform/a.ts`, 'import { pino } from "pino";', 'import { x } from "../adapters/system/x.ts";'],
  [
    `${shared}/testing/a.ts`,
    'import { x } from "../adapters/memory/x.ts";',
    'import { x } from "../adapters/redis/x.ts";',
  ],
  [
    "packages/emulators/src/core/a.ts",
    'import x from "hash-wasm";',
    'import { x } from "@causeway/shared/domain/fault.ts";',
  ],
  ["packages/emulators/src/core/crc64/build.ts", 'import wabt from "wabt";', 'import x from "hash-wasm";'],
  ["packages/emulators/src/core/crc64/a.ts", 'import { x } from "./x.ts";', 'import wabt from "wabt";'],
  [
    "packages/cli/src/compare/a.ts",
    'import { x } from "./b.ts";',
    'import { x } from "@causeway/shared/adapters/oss/x.ts";',
  ],
  [
    "packages/cli/src/a.ts",
    'import { Command } from "commander";',
    'import { x } from "../../../services/api/src/x.ts";',
  ],
  [
    "services/worker/src/main.ts",
    'import { x } from "@causeway/shared/adapters/s3/x.ts";',
    'import OSS from "ali-oss";',
  ],
  [
    "services/worker/src/a.ts",
    'import { x } from "./b/c.ts";',
    'import { x } from "@causeway/shared/adapters/s3/x.ts";',
  ],
  [
    "services/master/src/a.ts",
    'import type { Logger } from "@causeway/shared/platform/logger.ts";',
    'import { createLogger } from "@causeway/shared/platform/logger.ts";',
  ],
  ["services/master/src/a.ts", 'export * from "./b.ts";', 'export { x } from "../../worker/src/x.ts";'],
  ["services/api/src/a.ts", 'import { z } from "zod";', 'await import("ioredis");'],
];

describe("the layer checker", () => {
  for (const [file, may, mayNot] of rows) {
    test(`${file} may hold ${may}`, () => assert.deepEqual(breachesOf(file, `${may}\n`), []));
    test(`${file} may not hold ${mayNot}`, () => assert.equal(breachesOf(file, `${mayNot}\n`).length, 1));
  }

  test("a folder without a row is a breach", () => {
    assert.match(breachesOf("packages/novel/src/a.ts", "")[0] ?? "", /belongs to no layer/);
  });

  test("only config.ts reads the environment", () => {
    const text = "const port = process.env.PORT;";
    assert.match(breachesOf("services/api/src/a.ts", text)[0] ?? "", /reads the environment/);
    assert.deepEqual(breachesOf("services/api/src/config.ts", text), []);
  });

  test("only main.ts ends the process", () => {
    assert.match(breachesOf("services/api/src/a.ts", "process.exit(1);")[0] ?? "", /ends the process/);
    assert.deepEqual(breachesOf("services/api/src/main.ts", "process.exit(1);"), []);
  });

  test("only keys.ts spells Redis keys", () => {
    const text = "const tally = `{job:${id}}:tally`;";
    assert.match(breachesOf(`${shared}/adapters/redis/ledger.ts`, text)[0] ?? "", /spells a Redis key/);
    assert.deepEqual(breachesOf(`${shared}/adapters/redis/keys.ts`, text), []);
  });

  test("comments import nothing", () => {
    assert.deepEqual(
      breachesOf(`${shared}/domain/a.ts`, '// import "undici";\n/* from "ioredis" process.env */\n'),
      [],
    );
  });

  test("text that speaks of imports imports nothing", () => {
    assert.deepEqual(
      breachesOf(`${shared}/domain/a.ts`, 'const text = "cannot import keys from "; const more = "x";\n'),
      [],
    );
  });

  test("an import over several lines is seen", () => {
    assert.equal(breachesOf(`${shared}/domain/a.ts`, 'import {\n  a,\n  b,\n} from "undici";\n').length, 1);
  });
});
