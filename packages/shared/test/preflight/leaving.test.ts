import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemorySource } from "../../src/adapters/memory/object-source.ts";
import { createMemoryTarget } from "../../src/adapters/memory/object-target.ts";
import { createSystemClock } from "../../src/adapters/system/clock.ts";
import { jobSpecSchema, splitSecrets } from "../../src/domain/job-spec.ts";
import { listPrices } from "../../src/domain/preflight/prices.ts";
import type { ObjectTarget } from "../../src/ports/object-target.ts";
import type { StoreLook } from "../../src/ports/store-look.ts";
import { runPreflight } from "../../src/preflight/run.ts";

const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
const job = jobSpecSchema.parse({
  name: "left",
  source: { region: "ap-northeast-1", endpoint: "http://s3.test", bucket: "from", credentials },
  target: { region: "cn-shanghai", endpoint: "http://oss.test", bucket: "into", prefix: "out/", credentials },
});
const look: StoreLook = {
  addresses: async () => ({ host: "memory", via: "direct", found: [{ address: "127.0.0.1", allowed: true }] }),
  greet: async () => ({ storeClockMs: 0, ourClockMs: 0, roundTripMs: 1 }),
  region: async () => undefined,
  close: async () => undefined,
};

/** Runs a preflight that is left as soon as `step` of the target has been done; answers what is there when the target is closed. */
async function leftAfter(step: "put" | "begin" | "complete") {
  const gone = new AbortController();
  const memory = createMemoryTarget();
  const left: { keys: readonly string[]; uploads: number }[] = [];
  const done = <T>(name: typeof step, value: T): T => {
    if (name === step) gone.abort(new Error("the client went away"));
    return value;
  };
  const { uploads } = memory;
  const target: ObjectTarget = {
    ...memory,
    put: async (request, options) => done("put", await memory.put(request, options)),
    uploads: {
      ...uploads,
      begin: async (key, attributes, options) => done("begin", await uploads.begin(key, attributes, options)),
      complete: async (upload, parts, options) => done("complete", await uploads.complete(upload, parts, options)),
    },
    async close() {
      left.push({ keys: [...memory.keys()], uploads: memory.openUploads() });
      await memory.close();
    },
  };
  const opener = {
    source: () => createMemorySource(),
    target: () => target,
    sourceLook: () => look,
    targetLook: () => look,
  };
  const tools = {
    opener,
    clock: createSystemClock(),
    blocks: "none",
    canaryBucket: undefined,
    prices: listPrices,
    workerProcesses: 1,
    surroundings: [],
    probeName: ".probe",
    limitMs: 20_000,
  } as const;
  const { open: spec, credentials: secrets } = splitSecrets(job);
  await assert.rejects(runPreflight({ spec, credentials: secrets, given: {} }, tools, gone.signal), /went away/);
  return left;
}

for (const step of ["put", "begin", "complete"] as const) {
  test(`a preflight that is left in the middle of its probe (${step}) takes the probe away before it ends`, async () => {
    assert.deepEqual(await leftAfter(step), [{ keys: [], uploads: 0 }]);
  });
}
